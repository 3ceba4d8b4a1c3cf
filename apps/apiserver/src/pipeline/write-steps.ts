import type { KindDefinition, WriteStrategy } from '@typernetes/api';
import { apiErrors, type FieldError, type KubernetesObject } from '@typernetes/machinery';
import { validateManagedFields } from '../apply/field-manager';
import { keepTimesOfNoChange, trackManagedFields } from '../apply/track';
import { prepareMetadataForCreate, prepareMetadataForUpdate } from '../metadata/prepare';
import { validateMetadata, validateMetadataUpdate } from '../metadata/validate';
import type { AdmissionContext } from './admission';
import { kindNameOf, type Call } from './call';
import type { Write } from './write';

interface WriteStep {
  readonly name: string;
  run(write: Write): Promise<void> | void;
}

/**
 * What happens between the decoded body and the store. Defaults come before admission so that plugins see whole objects,
 * and again after it for what they added; owners are written down in between, because what plugins set is nobody's;
 * validation comes after everything that may change the object; validating admission last, because it judges what will
 * be stored.
 */
export const writeSteps: readonly WriteStep[] = [
  { name: 'default', run: applyDefaults },
  { name: 'managed fields', run: trackManagedFields },
  { name: 'mutating admission', run: (write) => admit(write, 'admit') },
  { name: 'default what admission added', run: applyDefaults },
  { name: 'strategy', run: prepare },
  { name: 'managed fields of no change', run: keepTimesOfNoChange },
  { name: 'validation', run: validate },
  { name: 'validating admission', run: (write) => admit(write, 'validate') },
];

/** Runs one attempt through all steps. */
export async function runWriteSteps(write: Write): Promise<void> {
  for (const { run } of writeSteps) {
    const pending = run(write);
    if (pending) await pending;
  }
}

function applyDefaults({ call, next }: Write): void {
  call.kind.defaults?.(next);
}

const strategyOf = (kind: KindDefinition, subresource: string): WriteStrategy<KubernetesObject> =>
  subresource === 'status' ? (kind.statusStrategy ?? kind.strategy) : (kind.partStrategies[subresource] ?? kind.strategy);

function prepare({ call, subresource, next, previous, now }: Write): void {
  const strategy = strategyOf(call.kind, subresource);
  const context = { now, user: call.user };
  if (previous) {
    prepareMetadataForUpdate(next, previous);
    strategy.prepareForUpdate?.(next, previous, context);
  } else {
    prepareMetadataForCreate(call, next, now);
    strategy.prepareForCreate?.(next, context);
  }
}

function validate({ call, subresource, next, previous }: Write): void {
  const strategy = strategyOf(call.kind, subresource);
  const errors: FieldError[] = previous
    ? [...validateMetadata(call.kind, next), ...validateManagedFields(next), ...validateMetadataUpdate(next, previous), ...(strategy.validateUpdate?.(next, previous) ?? [])]
    : [...validateMetadata(call.kind, next), ...validateManagedFields(next), ...(strategy.validateCreate?.(next) ?? [])];
  const shown = next.metadata?.name ?? next.metadata?.generateName ?? '';
  if (errors.length > 0) throw apiErrors.invalid(kindNameOf(call, shown), errors);
  const warnings = strategy.warnings?.(next, previous);
  if (warnings) call.warnings.push(...warnings);
}

/** The view of a write that admission plugins get. */
export function admissionContext(call: Call, parts: Pick<AdmissionContext, 'operation' | 'subresource'> & Partial<AdmissionContext>): AdmissionContext {
  const { target } = call.request;
  const metadata = (parts.object ?? parts.previous)?.metadata;
  return {
    kind: call.kind,
    namespace: call.kind.namespaced ? target.namespace || (metadata?.namespace ?? '') : '',
    name: target.name || (metadata?.name ?? ''),
    user: call.user,
    dryRun: call.dryRun,
    warn: (text) => call.warnings.push(text),
    ...parts,
  };
}

/** Runs one phase of admission over all plugins that handle the operation. */
export async function runAdmission(call: Call, phase: 'admit' | 'validate', context: AdmissionContext): Promise<void> {
  for (const plugin of call.environment.extensions.admission) {
    const step = plugin[phase];
    if (!step || !plugin.operations.includes(context.operation)) continue;
    const pending = step.call(plugin, context);
    if (pending) await pending;
  }
}

function admit({ call, operation, subresource, next, previous }: Write, phase: 'admit' | 'validate'): Promise<void> | void {
  if (call.environment.extensions.admission.length === 0) return undefined;
  return runAdmission(call, phase, admissionContext(call, { operation, subresource, object: next, ...(previous ? { previous } : {}) }));
}

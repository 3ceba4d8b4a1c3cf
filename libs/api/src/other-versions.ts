/** Kinds that are served in several versions: which form is stored, and how the others are made of it. */
import { formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import { definitionName } from './define-kind';
import type { Forms, KindDefinition, ResourceType, TablePrinter, WriteStrategy } from './kind';
import { claimForms, claimTemplateForms, sliceForms } from './resource/convert';
import { resources } from './resources';

function replaceContent(object: KubernetesObject, content: KubernetesObject): void {
  for (const key of Object.keys(object)) delete (object as Record<string, unknown>)[key];
  Object.assign(object, content);
}

/** A strategy of the stored form for objects of another form. */
function strategyThrough(strategy: WriteStrategy<KubernetesObject>, { toStored, fromStored }: Forms): WriteStrategy<KubernetesObject> {
  const { prepareForCreate, prepareForUpdate, validateCreate, validateUpdate, warnings } = strategy;
  const through = (next: KubernetesObject, change: (stored: KubernetesObject) => void): void => {
    const stored = toStored(next);
    change(stored);
    replaceContent(next, fromStored(stored));
  };
  return {
    ...(prepareForCreate ? { prepareForCreate: (next, context) => through(next, (stored) => prepareForCreate(stored, context)) } : {}),
    ...(prepareForUpdate ? { prepareForUpdate: (next, previous, context) => through(next, (stored) => prepareForUpdate(stored, toStored(previous), context)) } : {}),
    ...(validateCreate ? { validateCreate: (next) => validateCreate(toStored(next)) } : {}),
    ...(validateUpdate ? { validateUpdate: (next, previous) => validateUpdate(toStored(next), toStored(previous)) } : {}),
    ...(warnings ? { warnings: (next, previous) => warnings(toStored(next), previous && toStored(previous)) } : {}),
  };
}

const selectableThrough = (fields: KindDefinition['selectableFields'], { toStored }: Forms): KindDefinition['selectableFields'] =>
  Object.fromEntries(Object.entries(fields).map(([field, valueOf]) => [field, (object: KubernetesObject) => valueOf(toStored(object))]));

const printerThrough = ({ columns, row }: TablePrinter<KubernetesObject>, { toStored }: Forms): TablePrinter<KubernetesObject> => ({ columns, row: (object, nowMs) => row(toStored(object), nowMs) });

/** What of a definition reads or writes objects, for another form. */
function traitsThrough(stored: KindDefinition, forms: Forms): Partial<KindDefinition> {
  const { defaults, printer, statusStrategy } = stored;
  const parts = Object.entries(stored.partStrategies).map(([name, strategy]) => [name, strategyThrough(strategy, forms)]);
  return {
    strategy: strategyThrough(stored.strategy, forms),
    partStrategies: Object.fromEntries(parts) as KindDefinition['partStrategies'],
    selectableFields: selectableThrough(stored.selectableFields, forms),
    ...(statusStrategy ? { statusStrategy: strategyThrough(statusStrategy, forms) } : {}),
    ...(printer ? { printer: printerThrough(printer, forms) } : {}),
    ...(defaults
      ? {
          defaults: (object) => {
            const converted = forms.toStored(object);
            defaults(converted);
            replaceContent(object, forms.fromStored(converted));
          },
        }
      : {}),
  };
}

/**
 * A kind in another of its versions, with the rules, columns and storage of the stored one. Without `forms` the versions
 * differ by their names alone.
 */
export function inVersion(stored: KindDefinition, type: ResourceType, forms?: Forms): KindDefinition {
  const named = (object: KubernetesObject, gv: { group: string; version: string }): KubernetesObject => ({ ...object, apiVersion: formatApiVersion(gv) });
  const whole: Forms = {
    toStored: (object) => named(forms ? forms.toStored(object) : object, stored),
    fromStored: (object) => named(forms ? forms.fromStored(object) : object, type),
  };
  const { group, version, kind } = stored;
  const { version: ownVersion } = type;
  return {
    ...stored,
    ...(forms ? traitsThrough(stored, whole) : {}),
    version: ownVersion,
    definition: definitionName(type),
    storedAs: { group, version, kind, ...whole },
  };
}

/** A handle of another version, and how its objects differ from the stored ones. */
type OtherVersion = readonly [type: ResourceType, forms?: Forms];

const otherVersions: readonly OtherVersion[] = [
  [resources.mutatingAdmissionPoliciesV1beta1],
  [resources.mutatingAdmissionPoliciesV1alpha1],
  [resources.mutatingAdmissionPolicyBindingsV1beta1],
  [resources.mutatingAdmissionPolicyBindingsV1alpha1],
  [resources.clusterTrustBundlesV1alpha1],
  [resources.leaseCandidatesV1alpha2],
  [resources.serviceCIDRsV1beta1],
  [resources.ipAddressesV1beta1],
  [resources.volumeAttributesClassesV1beta1],
  [resources.deviceClassesV1beta2],
  [resources.resourceClaimsV1beta2],
  [resources.resourceClaimTemplatesV1beta2],
  [resources.resourceSlicesV1beta2],
  [resources.deviceClassesV1beta1],
  [resources.resourceClaimsV1beta1, claimForms],
  [resources.resourceClaimTemplatesV1beta1, claimTemplateForms],
  [resources.resourceSlicesV1beta1, sliceForms],
  [resources.deviceTaintRulesV1alpha3],
];

/**
 * All other versions of these kinds.
 *
 * @throws Error when the kind of a row is not declared
 */
export function inOtherVersions(kinds: readonly KindDefinition[]): KindDefinition[] {
  return otherVersions.map(([type, forms]) => {
    const stored = kinds.find(({ group, kind }) => group === type.group && kind === type.kind);
    if (!stored) throw new Error(`${type.group}/${type.kind} has no stored version`);
    return inVersion(stored, type, forms);
  });
}

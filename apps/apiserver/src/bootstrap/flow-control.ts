import { mandatoryFlowSchemas, mandatoryPriorityLevels, resources, suggestedFlowSchemas, suggestedPriorityLevels, type FlowSchema, type ResourceType } from '@typernetes/api';
import { formatTime, hasReason, type Clock } from '@typernetes/machinery';
import { danglingCondition } from '../flowcontrol/dangling';
import { reconcileDefault, type WithSpec } from '../flowcontrol/reconcile';
import type { ApiserverInternals } from '../pipeline/internals';

/** Names of the two halves in managedFields, upstream's. */
const producer = { fieldManager: 'api-priority-and-fairness-config-producer-v1' };
const consumer = { fieldManager: 'api-priority-and-fairness-config-consumer-v1' };

/** Several servers bring the same objects; whoever is late leaves it to the next look. */
const isLate = (error: unknown): boolean => hasReason(error, 'AlreadyExists', 'Conflict', 'NotFound');

async function ensureAll<T extends WithSpec>({ objects, client }: ApiserverInternals, type: ResourceType<T>, wanted: readonly T[], isMandatory: boolean): Promise<void> {
  const ensureOne = async (object: T): Promise<void> => {
    const step = reconcileDefault(object, objects.get(type, object.metadata?.name ?? ''), isMandatory);
    if (step.type === 'keep') return;
    await client.resource(type)[step.type](step.object, producer).catch((error: unknown) => {
      if (!isLate(error)) throw error;
    });
  };
  await Promise.all(wanted.map(ensureOne));
}

/** Of one that the cache does not know the store is asked: a new server would else deny levels that it has just made. */
async function isLevelThere({ objects }: ApiserverInternals, name: string): Promise<boolean> {
  const type = resources.priorityLevelConfigurations;
  return name !== '' && (objects.get(type, name) ?? (await objects.read(type, name))) !== undefined;
}

/** Says in a schema's status whether its level exists. */
async function tellDangling(internals: ApiserverInternals, schema: FlowSchema, now: string): Promise<void> {
  const isThere = await isLevelThere(internals, schema.spec?.priorityLevelConfiguration.name ?? '');
  const condition = danglingCondition(schema, isThere, now);
  if (!condition) return;
  const others = schema.status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
  const next = { ...schema, status: { ...schema.status, conditions: [...others, condition] } };
  await internals.client.resource(resources.flowSchemas).updateStatus(next, consumer).catch((error: unknown) => {
    if (!isLate(error)) throw error;
  });
}

/** Mandatory ones first: what else there is refers to them. */
async function ensureDefaults(internals: ApiserverInternals): Promise<void> {
  await ensureAll(internals, resources.priorityLevelConfigurations, mandatoryPriorityLevels, true);
  await ensureAll(internals, resources.flowSchemas, mandatoryFlowSchemas, true);
  await Promise.all([
    ensureAll(internals, resources.priorityLevelConfigurations, suggestedPriorityLevels, false),
    ensureAll(internals, resources.flowSchemas, suggestedFlowSchemas, false),
  ]);
}

async function tellAllDangling(internals: ApiserverInternals, clock: Clock): Promise<void> {
  const now = formatTime(clock.now());
  await Promise.all(internals.objects.list(resources.flowSchemas).map((schema) => tellDangling(internals, schema, now)));
}

/** The default objects are looked at this often (upstream's period). */
const defaultsPeriodMs = 60_000;

export interface FlowControlKeeper {
  /** Brings the default objects, and says in every schema whether its level exists. */
  ensure(): Promise<void>;
  /** Does so again when time passes and when schemas or levels change, until the signal. */
  keep(signal: AbortSignal): void;
}

/** Keeps the objects of flow control. What goes wrong later is told to `onError`, and tried again at the next change or look. */
export function makeFlowControlKeeper(internals: ApiserverInternals, clock: Clock, onError: (error: unknown) => void): FlowControlKeeper {
  const ensure = async (): Promise<void> => {
    await ensureDefaults(internals);
    await tellAllDangling(internals, clock);
  };
  return {
    ensure,
    keep: (signal) => {
      const tell = oneAtATime(() => tellAllDangling(internals, clock), { signal, onError });
      const cancels = [
        clock.every(defaultsPeriodMs, () => void ensure().catch(onError)),
        internals.objects.onChange(resources.flowSchemas, tell),
        internals.objects.onChange(resources.priorityLevelConfigurations, tell),
      ];
      signal.addEventListener('abort', () => cancels.forEach((cancel) => cancel()), { once: true });
    },
  };
}

/** Calls while a run is under way make for one more run after it. */
function oneAtATime(run: () => Promise<void>, { signal, onError }: { signal: AbortSignal; onError: (error: unknown) => void }): () => void {
  let isWanted = false;
  let isRunning = false;
  const work = async (): Promise<void> => {
    isRunning = true;
    while (isWanted && !signal.aborted) {
      isWanted = false;
      await run().catch(onError);
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void work();
  };
}

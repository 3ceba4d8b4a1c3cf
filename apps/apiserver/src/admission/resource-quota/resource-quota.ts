import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import type { ObjectReader } from '../../pipeline/object-reader';
import { forbid } from '../forbid';
import { QuotaLedger } from './quota-ledger';

/** Kinds of which updates can use more than before. */
const growing = new Set(['services', 'persistentvolumeclaims']);

/** Kinds that no quota counts: told about, not owned. */
const uncounted = new Set(['events', 'bindings', 'localsubjectaccessreviews']);

function isCharged({ kind, operation, subresource, namespace, object }: AdmissionContext): boolean {
  if (!namespace || !object || uncounted.has(kind.resource) || !kind.storagePath) return false;
  if (operation === 'CREATE') return subresource === '';
  if (kind.group !== '') return false;
  return (subresource === '' && growing.has(kind.resource)) || (kind.resource === 'pods' && subresource === 'resize');
}

/** Keeps what a namespace uses within its quotas. Last of all: it charges for what everybody else has let through. */
export function resourceQuota({ objects, client, clock }: { objects: ObjectReader; client: ApiClient; clock: Clock }): AdmissionPlugin {
  const quotas = client.resource(resources.resourceQuotas);
  const ledger = new QuotaLedger({
    read: async (namespace) => (await quotas.list({ namespace })).items,
    writeStatus: async (quota) => void (await quotas.updateStatus(quota)),
  });
  return {
    name: 'ResourceQuota',
    operations: ['CREATE', 'UPDATE'],
    validate: async (context) => {
      const { kind, namespace, object, previous, dryRun } = context;
      if (!isCharged(context) || !object || !objects.list(resources.resourceQuotas, namespace).length) return;
      const why = await ledger.charge(namespace, { kind, object, ...(previous ? { previous } : {}), nowMs: clock.now() }, dryRun);
      if (why !== undefined) throw forbid(context, why);
    },
  };
}

import { attachDetachController } from './attach-detach/attach-detach-controller';
import { bootstrapSignerController, tokenCleanerController } from './bootstrap-tokens/bootstrap-token-controllers';
import { csrApprovingController, csrCleanerController, csrSigningController } from './certificates/certificate-controllers';
import { clusterRoleAggregationController } from './cluster-role-aggregation/aggregation-controller';
import type { ControllerDefinition } from './context';
import { cronJobController } from './cronjob/cronjob-controller';
import { daemonSetController } from './daemonset/daemonset-controller';
import { deploymentController } from './deployment/deployment-controller';
import { disruptionController } from './disruption/disruption-controller';
import { endpointsController } from './endpoints/endpoints-controller';
import { endpointSliceController } from './endpointslice/endpointslice-controller';
import { endpointSliceMirroringController } from './endpointslice-mirroring/endpointslice-mirroring-controller';
import { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume-controller';
import { garbageCollector } from './garbage-collector/garbage-collector';
import { jobController } from './job/job-controller';
import { hpaController } from './hpa/hpa-controller';
import { loadBalancerController } from './load-balancer/load-balancer-controller';
import { namespaceController } from './namespace/namespace-controller';
import { nodeIpamController } from './node-ipam/node-ipam-controller';
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle-controller';
import { taintEvictionController } from './node-lifecycle/taint-eviction-controller';
import { persistentVolumeBinder } from './persistent-volumes/binder-controller';
import { podGcController } from './pod-gc/pod-gc-controller';
import { replicaSetController } from './replication/replicaset-controller';
import { replicationController } from './replication/replication-controller';
import { resourceClaimController } from './resource-claim/resource-claim-controller';
import { resourceQuotaController } from './resource-quota/resource-quota-controller';
import { rootCaPublisher } from './root-ca/root-ca-publisher';
import { serviceCidrsController } from './service-cidrs/service-cidrs-controller';
import { legacyTokenCleaner } from './serviceaccount/legacy-token-clean-up';
import { serviceAccountController } from './serviceaccount/service-account-controller';
import { tokenController } from './serviceaccount/token-controller';
import { ttlController } from './ttl/ttl-controller';
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished-controller';
import { statefulSetController } from './statefulset/statefulset-controller';
import { expansionController } from './volume-expansion/expansion-controller';
import { claimProtectionController, volumeAttributesClassProtectionController, volumeProtectionController } from './volume-protection/protection-controllers';

/** All controllers, in the order in which they start: first what pods need in order to be created. */
export const controllers: readonly ControllerDefinition[] = [
  serviceAccountController,
  tokenController,
  rootCaPublisher,
  nodeIpamController,
  ttlController,
  clusterRoleAggregationController,
  replicationController,
  replicaSetController,
  deploymentController,
  daemonSetController,
  statefulSetController,
  persistentVolumeBinder,
  attachDetachController,
  expansionController,
  claimProtectionController,
  volumeProtectionController,
  volumeAttributesClassProtectionController,
  ephemeralVolumeController,
  resourceClaimController,
  hpaController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  disruptionController,
  resourceQuotaController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  nodeLifecycleController,
  taintEvictionController,
  podGcController,
  serviceCidrsController,
  loadBalancerController,
  namespaceController,
  csrApprovingController,
  csrSigningController,
  csrCleanerController,
  bootstrapSignerController,
  tokenCleanerController,
  legacyTokenCleaner,
  garbageCollector,
];

/**
 * Those that `--controllers` asks for: `*` is all, `-name` leaves one out.
 *
 * @throws Error when a name is none of ours
 */
export function selectControllers(names: readonly string[]): ControllerDefinition[] {
  const known = new Set(controllers.map(({ name }) => name));
  const unknown = names.map((name) => name.replace(/^-/, '')).find((name) => name !== '*' && !known.has(name));
  if (unknown) throw new Error(`"${unknown}" is not in the list of known controllers`);
  return controllers.filter(({ name }) => !names.includes(`-${name}`) && (names.includes('*') || names.includes(name)));
}

import type { ClusterRole } from '@typernetes/api';
import {
  aggregatedRole, all, apps, anyGroup, authentication, authorization, autoscaling, batch, clusterRole, coordination, core, discovery,
  dynamic, extensions, networking, paths, policy, rbac, read, rulesIn, write,
} from './builders';

const workloads = 'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale';
const podStreams = 'pods/attach pods/exec pods/portforward pods/proxy';

/** What somebody may change in a namespace. Reading secrets is here: who may read them may act as service accounts. */
const editRules = [
  core(read, `${podStreams} secrets services/proxy`),
  core('impersonate', 'serviceaccounts'),
  core(write, `pods ${podStreams}`),
  core('create', 'pods/eviction'),
  core(write, 'configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy'),
  core('create', 'serviceaccounts/token'),
  rulesIn('', 'events.k8s.io')(write, 'events'),
  apps(write, `${workloads} statefulsets statefulsets/scale`),
  autoscaling(write, 'horizontalpodautoscalers'),
  batch(write, 'cronjobs jobs'),
  extensions(write, `${workloads} ingresses networkpolicies replicationcontrollers/scale`),
  policy(write, 'poddisruptionbudgets'),
  networking(write, 'ingresses networkpolicies'),
  coordination(all, 'leases'),
  dynamic(write, 'resourceclaims resourceclaimtemplates'),
];

const viewedWorkloads = 'daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status';

/** What somebody may see in a namespace: nothing that lets them act as somebody else. */
const viewRules = [
  core(read, 'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status'),
  core(read, 'bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status'),
  core(read, 'namespaces'),
  rulesIn('', 'events.k8s.io')(read, 'events'),
  discovery(read, 'endpointslices'),
  apps(read, `controllerrevisions ${viewedWorkloads} statefulsets statefulsets/scale statefulsets/status`),
  autoscaling(read, 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  batch(read, 'cronjobs cronjobs/status jobs jobs/status'),
  extensions(read, `${viewedWorkloads} ingresses ingresses/status networkpolicies replicationcontrollers/scale`),
  policy(read, 'poddisruptionbudgets poddisruptionbudgets/status'),
  networking(read, 'ingresses ingresses/status networkpolicies'),
  dynamic(read, 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

/** Roles for people (API documentation "User-facing roles") and what everybody may do. */
export const userRoles: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [anyGroup('*', '*'), { nonResourceURLs: ['*'], verbs: ['*'] }]),
  aggregatedRole('admin'),
  aggregatedRole('edit', 'admin'),
  aggregatedRole('view', 'edit'),
  clusterRole('system:aggregate-to-admin', [authorization('create', 'localsubjectaccessreviews'), rbac(all, 'rolebindings roles')], 'admin'),
  clusterRole('system:aggregate-to-edit', editRules, 'edit'),
  clusterRole('system:aggregate-to-view', viewRules, 'view'),
  clusterRole('system:basic-user', [authorization('create', 'selfsubjectaccessreviews selfsubjectrulesreviews'), authentication('create', 'selfsubjectreviews')]),
  clusterRole('system:discovery', [paths('/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')]),
  clusterRole('system:public-info-viewer', [paths('/.well-known /.well-known/*'), paths('/healthz /livez /readyz /version /version/')]),
  clusterRole('system:service-account-issuer-discovery', [
    paths('/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/'),
  ]),
  clusterRole('system:monitoring', [
    paths('/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz'),
    core('get', 'nodes/metrics'),
  ]),
];

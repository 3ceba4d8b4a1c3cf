import type { AdminApi } from '../cluster/api';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Resource names of the kinds that our add-ons use. */
const resources: Record<string, string> = {
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Service: 'services',
  ReplicationController: 'replicationcontrollers',
};

export function collectionPath(object: Manifest): string {
  const resource = resources[object.kind];
  if (!resource) throw new Error(`no resource is known for kind ${object.kind}`);
  const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  return object.metadata.namespace ? `${root}/namespaces/${object.metadata.namespace}/${resource}` : `${root}/${resource}`;
}

/** Creates the objects in turn, or brings those that exist to the wanted form. */
export async function applyObjects(api: AdminApi, objects: readonly object[]): Promise<void> {
  for (const object of objects as Manifest[]) {
    const collection = collectionPath(object);
    const path = `${collection}/${object.metadata.name}`;
    const exists = (await api.request('GET', path)).status === 200;
    const answer = exists ? await api.request('PATCH', path, object, 'application/merge-patch+json') : await api.request('POST', collection, object);
    if (answer.status >= 300) throw new Error(`${object.kind} ${object.metadata.name}: ${answer.status} ${answer.body.slice(0, 300)}`);
  }
}

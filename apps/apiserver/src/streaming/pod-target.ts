import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { node as proto } from '@typernetes/proto';
import type { ObjectReader } from '../pipeline/object-reader';
import type { SubresourceContext } from '../pipeline/subresource';
import type { Kubelets } from './kubelets';

/** What the streaming handlers work with. */
export interface StreamingDependencies {
  objects: ObjectReader;
  kubelets: Kubelets;
}

/** A pod and the way to the kubelet that runs it. */
export interface PodTarget {
  pod: Pod;
  client: proto.NodeClient;
  /** For the kubelet: which pod, by name and uid. */
  address: { namespace: string; pod: string; uid: string };
}

/** @throws ApiError NotFound, or BadRequest while the pod has no node */
export async function findPodTarget({ objects, kubelets }: StreamingDependencies, { target }: SubresourceContext): Promise<PodTarget> {
  const { name = '', namespace = '' } = target;
  const pod = await objects.read(resources.pods, name, namespace);
  if (!pod) throw apiErrors.notFound({ group: '', resource: 'pods', name });
  const nodeName = pod.spec?.nodeName;
  if (!nodeName) throw apiErrors.badRequest(`pod ${name} does not have a host assigned`);
  const node = objects.get(resources.nodes, nodeName);
  if (!node) throw apiErrors.notFound({ group: '', resource: 'nodes', name: nodeName });
  return { pod, client: kubelets.client(node), address: { namespace, pod: name, uid: pod.metadata?.uid ?? '' } };
}

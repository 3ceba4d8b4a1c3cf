import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { SubresourceContext } from '../pipeline/subresource';
import { checkProxyable, dial, joinHostPort, overTls, portNumber, type Backend, type ProxyDependencies } from './backend';
import { kubeletSocket } from './kubelet-socket';
import { parseSchemeNamePort } from './scheme-name-port';

/** The port of a pod that a proxy takes when none is named: the first that a container declares, else the scheme's. */
export function defaultPort({ spec }: Pick<Pod, 'spec'>, scheme: string): number {
  const declared = (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.slice(0, 1))[0]?.containerPort;
  return declared ?? (scheme === 'https' ? 443 : 80);
}

/** A connection to an address of a pod by way of its node; pods on the node's own network are reached directly. */
export function connectPod({ objects, kubelets }: ProxyDependencies, pod: Pod, { host, port }: { host: string; port: number }): Backend['connect'] {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  const node = objects.get(resources.nodes, pod.spec?.nodeName ?? '');
  if (pod.spec?.hostNetwork || !node) return () => dial(host, port);
  const client = kubelets.client(node);
  return () => kubeletSocket(client.portForward(), { target: { namespace, pod: name, uid, container: '' }, port, address: host });
}

/** pods/proxy. @throws ApiError NotFound, BadRequest */
export async function podBackend(dependencies: ProxyDependencies, { target }: SubresourceContext): Promise<Backend> {
  const { scheme, name, port: wished } = parseSchemeNamePort(target.name, 'pod');
  const pod = await dependencies.objects.read(resources.pods, name, target.namespace);
  if (!pod) throw apiErrors.notFound({ group: '', resource: 'pods', name });
  const host = pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '';
  checkProxyable(host);
  const port = wished ? portNumber(wished) : defaultPort(pod, scheme);
  const connect = connectPod(dependencies, pod, { host, port });
  return { authority: joinHostPort(host, port), connect: scheme === 'https' ? () => overTls(connect()) : connect };
}

import net from 'node:net';
import tls from 'node:tls';
import { resources } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { SubresourceContext } from '../pipeline/subresource';
import { kubeletAddress } from '../streaming/kubelets';
import type { KubeletCredentials } from '../streaming/kubelets';
import { checkProxyable, dial, joinHostPort, overTls, portNumber, type Backend, type ProxyDependencies } from './backend';
import { parseSchemeNamePort } from './scheme-name-port';

/** nodes/proxy: the kubelet, as whom the apiserver is to it, or with a port of another kind whatever listens there. @throws ApiError */
export function nodeBackend({ objects }: ProxyDependencies, credentials: KubeletCredentials, { target }: SubresourceContext): Backend {
  const { scheme, name, port: wished } = parseSchemeNamePort(target.name, 'node');
  const node = objects.get(resources.nodes, name);
  if (!node) throw apiErrors.notFound({ group: '', resource: 'nodes', name });
  const authority = kubeletAddress(node);
  if (!authority) throw apiErrors.serviceUnavailable(`node ${name} has no address of its kubelet`);
  const at = authority.lastIndexOf(':');
  const host = authority.slice(0, at).replace(/^\[|\]$/g, '');
  const kubeletPort = Number(authority.slice(at + 1));
  if (wished === '' || Number(wished) === kubeletPort) return { authority, connect: () => dialKubelet(credentials, host, kubeletPort) };
  checkProxyable(host);
  const port = portNumber(wished);
  return { authority: joinHostPort(host, port), connect: () => (scheme === 'https' ? overTls(dial(host, port)) : dial(host, port)) };
}

function dialKubelet({ ca, cert, key }: KubeletCredentials, host: string, port: number): tls.TLSSocket {
  const servername = net.isIP(host) ? undefined : host;
  return tls.connect({ host, port, ca, cert, key, ALPNProtocols: ['http/1.1'], ...(servername ? { servername } : {}) });
}

import type { SubresourceHandlers } from '../pipeline/subresource';
import type { KubeletCredentials } from '../streaming/kubelets';
import type { ProxyDependencies } from './backend';
import { nodeBackend } from './node-backend';
import { podBackend } from './pod-backend';
import { proxyHandler } from './proxy';
import { serviceBackend } from './service-backend';

/** HTTP through the apiserver to what runs in the cluster. */
export function proxyHandlers(dependencies: ProxyDependencies, credentials: KubeletCredentials): SubresourceHandlers {
  return {
    'pods/proxy': proxyHandler((context) => podBackend(dependencies, context)),
    'services/proxy': proxyHandler((context) => serviceBackend(dependencies, context)),
    'nodes/proxy': proxyHandler((context) => nodeBackend(dependencies, credentials, context)),
  };
}

import { docker } from '../docker/docker';
import type { AdminApi } from './api';

/** One line of Node.js that asks the cluster's name server for an A record and prints the answer. */
const script = `
const { Resolver } = require('node:dns').promises;
const [server, name] = process.argv.slice(1);
const resolver = new Resolver({ timeout: 1000, tries: 1 });
resolver.setServers([server]);
resolver.resolve4(name).then((found) => console.log(found.join(' ')), (error) => { console.error(error.message); process.exit(1); });
`;

/** Looks a name up from within a node, by the Service address of kube-dns. */
export async function resolveInNode(container: string, server: string, name: string): Promise<string> {
  return (await docker(['exec', container, 'node', '-e', script, server, name])).trim();
}

interface SliceList {
  items: { endpoints: { conditions?: { ready?: boolean } }[] | null }[];
}

/** Whether the Service kube-dns leads to a pod yet. */
export async function hasReadyEndpoint(api: AdminApi): Promise<boolean> {
  const slices = await api.get<SliceList>('/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns');
  return slices.items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions?.ready));
}

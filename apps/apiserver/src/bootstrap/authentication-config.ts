import { resources, type ConfigMap } from '@typernetes/api';
import type { ApiserverInternals } from '../pipeline/extensions';
import { ensure } from './ensure';

/** Where components that serve something themselves read which CA their callers' certificates come from. */
export const authenticationConfig = (clientCa: string): ConfigMap => ({
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: { 'client-ca-file': clientCa },
});

/** Creates the configmap, or corrects the CA in it. */
export async function ensureAuthenticationConfig(internals: ApiserverInternals, clientCa: Buffer): Promise<void> {
  const wanted = authenticationConfig(clientCa.toString());
  const stored = internals.objects.get(resources.configMaps, 'extension-apiserver-authentication', 'kube-system');
  if (!stored) return ensure(internals, resources.configMaps, wanted);
  if (stored.data?.['client-ca-file'] === wanted.data?.['client-ca-file']) return;
  await internals.client.resource(resources.configMaps).update({ ...stored, data: { ...stored.data, ...wanted.data } });
}

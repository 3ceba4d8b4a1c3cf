import { resources, type ConfigMap } from '@typernetes/api';
import { identityHeaders } from '../aggregation/identity-headers';
import type { ApiserverConfig } from '../config';
import type { ApiserverInternals } from '../pipeline/internals';
import { ensure } from './ensure';

/** Where components that serve something themselves read which CA their callers' certificates come from. */
export const authenticationConfig = ({ clientCa, requestHeader }: Pick<ApiserverConfig, 'clientCa' | 'requestHeader'>): ConfigMap => ({
  metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  data: {
    ...(clientCa ? { 'client-ca-file': clientCa.toString() } : {}),
    ...(requestHeader
      ? {
          'requestheader-allowed-names': JSON.stringify(requestHeader.allowedNames),
          'requestheader-client-ca-file': requestHeader.clientCa.toString(),
          'requestheader-extra-headers-prefix': JSON.stringify([identityHeaders.extraPrefix]),
          'requestheader-group-headers': JSON.stringify([identityHeaders.group]),
          'requestheader-uid-headers': JSON.stringify([identityHeaders.uid]),
          'requestheader-username-headers': JSON.stringify([identityHeaders.user]),
        }
      : {}),
  },
});

/** Creates the configmap, or corrects what it says. */
export async function ensureAuthenticationConfig(internals: ApiserverInternals, config: Pick<ApiserverConfig, 'clientCa' | 'requestHeader'>): Promise<void> {
  const wanted = authenticationConfig(config);
  const stored = internals.objects.get(resources.configMaps, 'extension-apiserver-authentication', 'kube-system');
  if (!stored) return ensure(internals, resources.configMaps, wanted);
  if (Object.entries(wanted.data ?? {}).every(([key, value]) => stored.data?.[key] === value)) return;
  await internals.client.resource(resources.configMaps).update({ ...stored, data: { ...stored.data, ...wanted.data } });
}

import type { Pod } from '@typernetes/api';
import { nameOf, namespaceOf } from '../pod/pod-kind';

/** Linux allows no more (sethostname(2)). */
const hostnameBytesMax = 63;

/** The hostname inside the pod, and its name under a headless Service when it has a subdomain. */
export function podHostname(pod: Pod, clusterDomain: string): { hostname: string; fqdn: string } {
  const { hostname, subdomain, setHostnameAsFQDN, hostnameOverride } = pod.spec ?? {};
  if (hostnameOverride) return { hostname: hostnameOverride, fqdn: '' };
  const short = hostname || nameOf(pod).slice(0, hostnameBytesMax).replace(/[-.]+$/, '');
  const fqdn = subdomain ? `${short}.${subdomain}.${namespaceOf(pod)}.svc.${clusterDomain}` : '';
  return { hostname: setHostnameAsFQDN && fqdn ? fqdn : short, fqdn };
}

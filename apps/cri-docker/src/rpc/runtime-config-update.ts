import { cri } from '@typernetes/proto';
import type { Runtime } from '../runtime';

/** The node's pod CIDR becomes the CNI configuration. Two CIDRs (dual stack) are separated by a comma; the first counts. */
export async function updateRuntimeConfig(
  runtime: Runtime,
  request: cri.UpdateRuntimeConfigRequest,
): Promise<cri.UpdateRuntimeConfigResponse> {
  const cidr = (request.runtimeConfig?.networkConfig?.podCidr ?? '').split(',')[0] ?? '';
  if (cidr) await runtime.network.configure(cidr);
  return cri.UpdateRuntimeConfigResponse.create();
}

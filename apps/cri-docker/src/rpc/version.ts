import { cri } from '@typernetes/proto';
import type { Runtime } from '../runtime';

/** The kubelet's name for what stands behind this socket; it shows in `containerRuntimeVersion`. */
const runtimeName = 'docker';
const apiVersion = 'v1';

export async function version(runtime: Runtime): Promise<cri.VersionResponse> {
  return cri.VersionResponse.create({
    version: '0.1.0',
    runtimeName,
    runtimeVersion: runtime.facts.engineVersion.split('+')[0],
    runtimeApiVersion: apiVersion,
  });
}

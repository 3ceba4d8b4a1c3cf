import { cri } from '@typernetes/proto';
import type { Runtime } from '../runtime';

export async function runtimeConfig(runtime: Runtime): Promise<cri.RuntimeConfigResponse> {
  const cgroupDriver = runtime.facts.cgroupDriver === 'systemd' ? cri.CgroupDriver.SYSTEMD : cri.CgroupDriver.CGROUPFS;
  return cri.RuntimeConfigResponse.create({ linux: { cgroupDriver } });
}

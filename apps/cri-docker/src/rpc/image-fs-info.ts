import { cri } from '@typernetes/proto';
import type { Runtime } from '../runtime';
import { nowNanos } from '../time';

export async function imageFsInfo(runtime: Runtime): Promise<cri.ImageFsInfoResponse> {
  const { mountpoint, usedBytes, inodesUsed } = await runtime.diskUsage.images();
  const usage = {
    timestamp: nowNanos(runtime.clock),
    fsId: { mountpoint },
    usedBytes: { value: usedBytes },
    inodesUsed: { value: inodesUsed },
  };
  return cri.ImageFsInfoResponse.create({ imageFilesystems: [usage], containerFilesystems: [usage] });
}

import type { Pod } from '@typernetes/api';
import { linuxResources } from '../../container/linux-resources';
import { runtimeMethods } from '../../runtime/cri-client';
import type { ResizeStep } from '../plan';
import type { PodContext } from '../pod-context';

/**
 * Gives a running container the amounts that it was promised. Less memory than it uses now would end it, so that waits.
 * @throws Error when the runtime refuses, or the container uses more memory than it shall have
 */
export async function resizeContainer({ cri, node }: PodContext, pod: Pod, { container, running }: ResizeStep): Promise<void> {
  const linux = linuxResources(pod, container, node.memoryBytes);
  const limit = Number(linux.memoryLimitInBytes);
  const before = running.resources?.memoryLimitBytes ?? 0;
  if (limit > 0 && (before === 0 || limit < before)) {
    const { stats } = await cri.call(runtimeMethods.containerStats, { containerId: running.id });
    const used = Number(stats?.memory?.usageBytes?.value ?? 0n);
    if (used > limit) throw new Error(`attempting to set container ${JSON.stringify(container.name)} memory limit (${limit}) below current usage (${used})`);
  }
  await cri.call(runtimeMethods.updateContainerResources, { containerId: running.id, linux, annotations: {} });
}

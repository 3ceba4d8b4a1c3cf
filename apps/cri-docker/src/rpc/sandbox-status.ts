import { cri } from '@typernetes/proto';
import { inspectSandbox } from '../engine';
import type { Runtime } from '../runtime';
import { sandboxStatusOf } from '../sandbox-view';
import { nowNanos } from '../time';
import { containerStatusesOfSandbox } from './container-status';

export async function podSandboxStatus(
  runtime: Runtime,
  request: cri.PodSandboxStatusRequest,
): Promise<cri.PodSandboxStatusResponse> {
  const { record, inspect } = await inspectSandbox(runtime, request.podSandboxId);
  const timestamp = nowNanos(runtime.clock);
  return cri.PodSandboxStatusResponse.create({
    status: await sandboxStatusOf(runtime, record, inspect.State.Running),
    info: request.verbose ? { info: JSON.stringify({ pid: inspect.State.Pid, config: record.config }) } : {},
    containersStatuses: await containerStatusesOfSandbox(runtime, record.id),
    timestamp,
  });
}

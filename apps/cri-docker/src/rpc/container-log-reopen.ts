import { status } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { CriError } from '../errors';
import type { Runtime } from '../runtime';

export async function reopenContainerLog(
  runtime: Runtime,
  request: cri.ReopenContainerLogRequest,
): Promise<cri.ReopenContainerLogResponse> {
  const { record, inspect } = await inspectContainer(runtime, request.containerId);
  if (!inspect.State.Running) throw new CriError(status.FAILED_PRECONDITION, 'container is not running');
  if (!(await runtime.logs.reopen(record.id))) throw new CriError(status.FAILED_PRECONDITION, 'container has no log');
  return cri.ReopenContainerLogResponse.create();
}

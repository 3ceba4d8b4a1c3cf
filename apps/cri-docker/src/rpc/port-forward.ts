import { status } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { inspectSandbox } from '../engine';
import { CriError, invalidArgument } from '../errors';
import type { Runtime } from '../runtime';
import { onHostNetwork } from '../sandbox-options';
import { runPortForwardSession } from '../streaming/port-forward-session';

/** One port per stream: the first that is named. */
export async function portForward(runtime: Runtime, request: cri.PortForwardRequest): Promise<cri.PortForwardResponse> {
  const { record, inspect } = await inspectSandbox(runtime, request.podSandboxId);
  if (!inspect.State.Running) throw new CriError(status.FAILED_PRECONDITION, 'sandbox container is not running');
  const [port] = request.port;
  if (!port || port < 1 || port > 65_535) throw invalidArgument(`a port is needed, not ${port}`);
  const pid = onHostNetwork(record.config) ? undefined : inspect.State.Pid;
  const url = runtime.streaming.urlFor('portforward', async (socket) => runPortForwardSession(socket, { pid, port }), `?port=${port}`);
  return cri.PortForwardResponse.create({ url });
}

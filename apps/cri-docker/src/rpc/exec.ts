import { status } from '@grpc/grpc-js';
import type { WebSocket } from 'ws';
import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { CriError, invalidArgument } from '../errors';
import { exitCodeOf, killExec, startExec } from '../exec';
import type { Runtime } from '../runtime';
import { channels, errorStatus, exitStatus, sendOn } from '../streaming/channels';
import { runTerminalSession } from '../streaming/terminal-session';

/** How the engine says, on the command's own output, that there is no such command. */
const engineFailurePrefix = Buffer.from('OCI runtime exec failed: ');

export async function exec(runtime: Runtime, request: cri.ExecRequest): Promise<cri.ExecResponse> {
  const { record, inspect } = await inspectContainer(runtime, request.containerId);
  if (!inspect.State.Running) throw new CriError(status.FAILED_PRECONDITION, 'container is not running');
  if (request.cmd.length === 0) throw invalidArgument('no command is given');
  const url = runtime.streaming.urlFor('exec', (socket) => open(runtime, record.id, request, socket));
  return cri.ExecResponse.create({ url });
}

async function open(runtime: Runtime, containerId: string, request: cri.ExecRequest, socket: WebSocket): Promise<void> {
  const { stdin, stdout, stderr, tty, cmd: command } = request;
  let running;
  try {
    running = await startExec(runtime, { containerId, command, stdin, stdout, stderr, tty });
  } catch (error) {
    sendOn(socket, channels.error, Buffer.from(JSON.stringify(errorStatus(error))));
    socket.close(1000);
    return;
  }
  const started = running;
  runTerminalSession({
    socket,
    stream: started.stream,
    tty,
    wants: { stdin, stdout, stderr },
    resize: (size) => started.exec.resize(size),
    result: async () => exitStatus(await exitCodeOf(runtime, started.exec)),
    abandoned: () => killExec(started.exec),
    isEngineFailure: (output) => output.subarray(0, engineFailurePrefix.length).equals(engineFailurePrefix),
    neverRan: async () => (await started.exec.inspect()).Pid === 0,
  });
}

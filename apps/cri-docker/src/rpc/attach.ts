import type { Duplex } from 'node:stream';
import { status } from '@grpc/grpc-js';
import type { WebSocket } from 'ws';
import { cri } from '@typernetes/proto';
import type { InspectedContainer } from '../engine';
import { inspectContainer } from '../engine';
import { CriError } from '../errors';
import type { Runtime } from '../runtime';
import { exitStatus } from '../streaming/channels';
import { runTerminalSession } from '../streaming/terminal-session';

export async function attach(runtime: Runtime, request: cri.AttachRequest): Promise<cri.AttachResponse> {
  const found = await inspectContainer(runtime, request.containerId);
  if (!found.inspect.State.Running) throw new CriError(status.FAILED_PRECONDITION, 'container is not running');
  const url = runtime.streaming.urlFor('attach', (socket) => open(runtime, found, request, socket));
  return cri.AttachResponse.create({ url });
}

async function open(runtime: Runtime, { record }: InspectedContainer, request: cri.AttachRequest, socket: WebSocket): Promise<void> {
  const container = runtime.docker.getContainer(record.id);
  const { stdin, stdout, stderr } = request;
  const stream = (await container.attach({ stream: true, hijack: true, stdin, stdout, stderr })) as unknown as Duplex;
  runTerminalSession({
    socket,
    stream,
    // How the container was made decides how its stream looks.
    tty: record.config.tty,
    wants: { stdin, stdout, stderr },
    resize: (size) => container.resize(size),
    result: async () => exitStatus(0),
    abandoned: async () => undefined,
  });
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { apiErrors, isPodTerminal } from '@typernetes/machinery';
import type { SubresourceContext, SubresourceHandler } from '../pipeline/subresource';
import { chooseContainer } from './container-choice';
import { bridgeExec } from './exec-streams';
import type { StreamingDependencies } from './pod-target';
import { findPodTarget } from './pod-target';
import { spdyExecDoor } from './spdy-door';
import { isWebSocket } from './web-socket';
import { webSocketExecDoor } from './web-socket-door';

export interface ExecOptions {
  container: string;
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** core/v1 PodExecOptions out of a query. @throws ApiError BadRequest */
export function parseExecOptions(query: URLSearchParams, kind: 'exec' | 'attach'): ExecOptions {
  const flag = (name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');
  const options = {
    container: query.get('container') ?? '',
    command: query.getAll('command'),
    stdin: flag('stdin'),
    stdout: flag('stdout'),
    stderr: flag('stderr'),
    tty: flag('tty'),
  };
  if (kind === 'exec' && !options.command.length) throw apiErrors.badRequest('you must specify at least 1 command for the container');
  if (!options.stdin && !options.stdout && !options.stderr) throw apiErrors.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  // A terminal has one output.
  if (options.tty) options.stderr = false;
  return options;
}

/** pods/exec and pods/attach, over WebSocket and SPDY. */
export function execHandler(dependencies: StreamingDependencies, kind: 'exec' | 'attach'): SubresourceHandler {
  const upgrade = async (context: SubresourceContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { container, ...options } = parseExecOptions(context.query, kind);
    const { pod, client, address } = await findPodTarget(dependencies, context);
    const target = { ...address, container: chooseContainer(pod, container) };
    if (isPodTerminal(pod)) throw apiErrors.badRequest(`cannot ${kind} into a container in a completed pod; current phase is ${pod.status?.phase}`);
    const door = isWebSocket(request) ? await webSocketExecDoor(request, socket, head, options) : await spdyExecDoor(request, socket, head, options);
    const call = kind === 'exec' ? client.exec() : client.attach();
    bridgeExec(door, call);
    call.write({ input: { $case: 'start', value: { target, ...options } } });
  };
  return { upgrade, upgradeVerb: 'create' };
}

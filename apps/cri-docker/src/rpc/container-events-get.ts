import type { ServerWritableStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { maybeInspectSandbox } from '../engine';
import { CriError } from '../errors';
import type { LifeCycleEvent } from '../events';
import { eventBacklogMax } from '../limits';
import type { Runtime } from '../runtime';
import { sandboxStatusOf } from '../sandbox-view';
import { containerStatusesOfSandbox } from './container-status';

/** Events with the statuses of the whole pod at the time of sending. A subscriber too far behind is cut off. */
export async function getContainerEvents(
  runtime: Runtime,
  call: ServerWritableStream<cri.GetEventsRequest, cri.ContainerEventResponse>,
): Promise<void> {
  const backlog: LifeCycleEvent[] = [];
  let wake: () => void = () => undefined;
  const unsubscribe = runtime.events.subscribe((event) => {
    backlog.push(event);
    wake();
  });
  call.once('cancelled', () => wake());
  try {
    while (!call.cancelled) {
      const event = backlog.shift();
      if (!event) await new Promise<void>((resolve) => (wake = resolve));
      else if (backlog.length > eventBacklogMax) throw new CriError(status.RESOURCE_EXHAUSTED, 'reader of events is too slow');
      else call.write(await responseFor(runtime, event));
    }
  } finally {
    unsubscribe();
  }
}

async function responseFor(runtime: Runtime, event: LifeCycleEvent): Promise<cri.ContainerEventResponse> {
  const sandbox = await maybeInspectSandbox(runtime, event.sandboxId);
  return cri.ContainerEventResponse.create({
    containerId: event.containerId,
    containerEventType: event.type,
    createdAt: event.at,
    podSandboxStatus: sandbox && (await sandboxStatusOf(runtime, sandbox.record, sandbox.inspect.State.Running)),
    containersStatuses: sandbox ? await containerStatusesOfSandbox(runtime, event.sandboxId) : [],
  });
}

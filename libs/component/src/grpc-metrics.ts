import type { ServerInterceptor } from '@grpc/grpc-js';
import { ResponderBuilder, ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import type { Clock } from '@typernetes/machinery';
import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { Logger } from './logger';

export interface GrpcObservation {
  registry?: Registry;
  logger?: Logger;
  clock: Clock;
}

interface CallOutcome {
  service: string;
  method: string;
  code: string;
  seconds: number;
}

/** Names as go-grpc-prometheus has them, so that known dashboards fit. */
function createMetrics(registry: Registry): { started(call: Pick<CallOutcome, 'service' | 'method'>): void; handled(outcome: CallOutcome): void } {
  const registers = [registry];
  const labelNames = ['grpc_service', 'grpc_method'] as const;
  const started = new Counter({ name: 'grpc_server_started_total', help: 'Calls that began.', labelNames, registers });
  const handled = new Counter({ name: 'grpc_server_handled_total', help: 'Calls that ended, by status.', labelNames: [...labelNames, 'grpc_code'], registers });
  const seconds = new Histogram({ name: 'grpc_server_handling_seconds', help: 'Time of a call; of a stream, until it ended.', labelNames, registers });
  return {
    started: ({ service, method }) => started.inc({ grpc_service: service, grpc_method: method }),
    handled: ({ service, method, code, seconds: duration }) => {
      handled.inc({ grpc_service: service, grpc_method: method, grpc_code: code });
      seconds.observe({ grpc_service: service, grpc_method: method }, duration);
    },
  };
}

/** Counts, times and logs every call of a server, whatever its service: once, around all of them. */
export function observeCalls({ registry, logger, clock }: GrpcObservation): ServerInterceptor {
  const metrics = registry && createMetrics(registry);
  return ({ path }, call) => {
    const [service = '', method = ''] = path.slice(1).split('/');
    const startedAt = clock.monotonic();
    metrics?.started({ service, method });
    let isOver = false;
    const over = (code: status): void => {
      if (isOver) return;
      isOver = true;
      const outcome = { service, method, code: status[code] ?? String(code), seconds: (clock.monotonic() - startedAt) / 1000 };
      metrics?.handled(outcome);
      logger?.debug({ ...outcome, peer: call.getPeer() }, 'gRPC call ended');
    };
    // A client that goes away gets no status, so its end is seen on the way in.
    const listener = new ServerListenerBuilder().withOnCancel(() => over(status.CANCELLED)).build();
    const responder = new ResponderBuilder()
      .withStart((next) => next(listener))
      .withSendStatus((sent, next) => {
        over(sent.code ?? status.UNKNOWN);
        next(sent);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

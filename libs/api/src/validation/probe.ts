import { fieldError, validateHttpHeaderName } from '@typernetes/machinery';
import type { Container, ExecAction, HTTPGetAction, Lifecycle, LifecycleHandler, Probe, TCPSocketAction } from '../generated/types';
import { checkNotNegative, checkOneOf, checkPort, checkPortOrName, checkRequired, checkRequiredOneOf, checkWith, type Errors } from './checks';

function checkExec(out: Errors, field: string, { command }: ExecAction): void {
  checkRequired(out, `${field}.command`, command);
}

function checkHttpGet(out: Errors, field: string, { path, port, scheme, httpHeaders }: HTTPGetAction): void {
  checkRequired(out, `${field}.path`, path);
  checkPortOrName(out, `${field}.port`, port);
  checkRequiredOneOf(out, `${field}.scheme`, scheme, ['HTTP', 'HTTPS']);
  for (const { name } of httpHeaders ?? []) checkWith(out, `${field}.httpHeaders`, name, validateHttpHeaderName);
}

function checkTcpSocket(out: Errors, field: string, { port }: TCPSocketAction): void {
  checkPortOrName(out, `${field}.port`, port);
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** Exactly one way to do it. `graceSeconds` is the time in which a sleep must end. */
function checkHandler(out: Errors, field: string, { handler, graceSeconds }: { handler: Handler; graceSeconds: number }): void {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  const taken: string[] = [];
  const isFirst = (name: string): boolean => {
    taken.push(name);
    if (taken.length > 1) out.push(fieldError.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'));
    return taken.length === 1;
  };
  if (exec && isFirst('exec')) checkExec(out, `${field}.exec`, exec);
  if (httpGet && isFirst('httpGet')) checkHttpGet(out, `${field}.httpGet`, httpGet);
  if (tcpSocket && isFirst('tcpSocket')) checkTcpSocket(out, `${field}.tcpSocket`, tcpSocket);
  if (grpc && isFirst('grpc')) checkPort(out, `${field}.grpc.port`, grpc.port);
  if (sleep && isFirst('sleep') && (sleep.seconds < 0 || sleep.seconds > graceSeconds)) {
    out.push(fieldError.invalid(`${field}.sleep`, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`));
  }
  if (taken.length === 0) out.push(fieldError.required(field, 'must specify a handler type'));
}

function checkProbe(out: Errors, field: string, { probe, graceSeconds }: { probe: Probe; graceSeconds: number }): void {
  checkHandler(out, field, { handler: probe, graceSeconds });
  checkNotNegative(out, `${field}.initialDelaySeconds`, probe.initialDelaySeconds);
  checkNotNegative(out, `${field}.timeoutSeconds`, probe.timeoutSeconds);
  checkNotNegative(out, `${field}.periodSeconds`, probe.periodSeconds);
  checkNotNegative(out, `${field}.successThreshold`, probe.successThreshold);
  checkNotNegative(out, `${field}.failureThreshold`, probe.failureThreshold);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) out.push(fieldError.invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
}

type Probed = Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe'>;

export function checkProbes(out: Errors, field: string, { container, graceSeconds }: { container: Probed; graceSeconds: number }): void {
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (!probe) continue;
    checkProbe(out, `${field}.${name}`, { probe, graceSeconds });
    if (name === 'readinessProbe') {
      const grace = probe.terminationGracePeriodSeconds;
      if (grace !== undefined) out.push(fieldError.invalid(`${field}.${name}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
    } else if (probe.successThreshold !== undefined && probe.successThreshold !== 1) {
      out.push(fieldError.invalid(`${field}.${name}.successThreshold`, probe.successThreshold, 'must be 1'));
    }
  }
}

const signal = /^SIG[A-Z0-9+-]+$/;

export function checkLifecycle(out: Errors, field: string, { lifecycle, graceSeconds, os }: { lifecycle: Lifecycle; graceSeconds: number; os?: string | undefined }): void {
  const { postStart, preStop, stopSignal } = lifecycle;
  if (postStart) checkHandler(out, `${field}.postStart`, { handler: postStart, graceSeconds });
  if (preStop) checkHandler(out, `${field}.preStop`, { handler: preStop, graceSeconds });
  if (stopSignal === undefined) return;
  if (!os) out.push(fieldError.forbidden(`${field}.stopSignal`, 'may not be set for containers with empty `spec.os.name`'));
  else if (os === 'windows') checkOneOf(out, `${field}.stopSignal`, stopSignal, ['SIGKILL', 'SIGTERM']);
  else if (!signal.test(stopSignal)) out.push(fieldError.notSupported(`${field}.stopSignal`, stopSignal, []));
}

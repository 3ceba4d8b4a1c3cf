import type { Container, Pod } from '@typernetes/api';
import { graceSecondsMin } from '../limits';
import { runtimeMethods } from '../runtime/cri-client';
import type { RuntimeContainer } from '../runtime/runtime-pod';
import type { PodContext } from './pod-context';
import { runHook } from './hooks';
import { allContainersOf } from './pod-kind';

export interface KillRequest {
  pod: Pod;
  running: RuntimeContainer;
  graceSeconds: number;
  /** Of the event; by default `Stopping container <name>`. */
  message?: string;
  podIP: string;
  /** The process is not asked to end before this: others go first. Its preStop hook does not wait. */
  turn?: Promise<unknown>;
}

/** The time between asking a container to end and making it end. */
export function graceSecondsOf(pod: Pod, container: Container | undefined, reason?: 'liveness' | 'startup'): number {
  if (pod.metadata?.deletionGracePeriodSeconds !== undefined) return pod.metadata.deletionGracePeriodSeconds;
  const probe = reason === 'liveness' ? container?.livenessProbe : reason === 'startup' ? container?.startupProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}

/** Runs the preStop hook, then stops the container; both together within the grace period. */
export async function killContainer(context: PodContext, request: KillRequest): Promise<void> {
  const { cri, clock } = context;
  const { pod, running, graceSeconds } = request;
  context.report(pod, { type: 'Normal', reason: 'Killing', message: request.message || `Stopping container ${running.name}` }, running.name);
  const startedAtMs = clock.monotonic();
  if (graceSeconds > 0) await maybePreStop(context, request);
  await request.turn;
  const spentSeconds = (clock.monotonic() - startedAtMs) / 1_000;
  const left = graceSeconds === 0 ? 0 : Math.max(graceSecondsMin, Math.round(graceSeconds - spentSeconds));
  await cri.call(runtimeMethods.stopContainer, { containerId: running.id, timeout: BigInt(left) }, { timeoutMs: (left + 60) * 1_000 });
}

async function maybePreStop({ cri, clock, report, logger }: PodContext, { pod, running, graceSeconds, podIP }: KillRequest): Promise<void> {
  const container = allContainersOf(pod).find(({ name }) => name === running.name);
  const hook = container?.lifecycle?.preStop;
  if (!container || !hook || running.state !== 'running') return;
  try {
    await runHook(cri, clock, hook, { container, containerId: running.id, podIP, timeoutMs: graceSeconds * 1_000 });
  } catch (error) {
    logger.debug({ error, container: running.name }, 'a preStop hook failed');
    report(pod, { type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed' }, running.name);
  }
}

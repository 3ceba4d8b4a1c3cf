import type { Pod } from '@typernetes/api';
import { systemClock } from '@typernetes/machinery';
import { container, pod } from '../testing/builders';
import type { PodContext } from './pod-context';
import { PodManager } from './pod-manager';

/** A node of one core whose runtime never answers: whatever is to end stays on its way. */
function slowNode(): { pods: PodManager; reports: string[] } {
  const reports: string[] = [];
  const context: Partial<PodContext> = {
    clock: systemClock,
    reader: { read: () => new Promise(() => undefined) } as unknown as PodContext['reader'],
    statuses: { current: () => undefined } as unknown as PodContext['statuses'],
    claims: { claim: () => undefined, release: () => undefined } as unknown as PodContext['claims'],
    node: { allocatable: { cpu: '1', memory: '1Gi', pods: '110' } } as unknown as PodContext['node'],
    allowedUnsafeSysctls: [],
    pressure: () => ({}) as ReturnType<PodContext['pressure']>,
    report: (_, { reason }) => reports.push(reason),
  };
  return { pods: new PodManager(context as PodContext), reports };
}

const whole = (uid: string): Pod => ({ ...pod({ containers: [container('c', { resources: { requests: { cpu: '1' } } })] }), metadata: { name: uid, namespace: 'default', uid } });

describe('room on a node', () => {
  it('is taken by a pod that is being deleted', () => {
    const { pods, reports } = slowNode();
    pods.put(whole('first'));
    pods.put({ ...whole('first'), metadata: { ...whole('first').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    pods.put(whole('second'));
    expect(reports).toEqual(['OutOfcpu']);
  });

  it('is free when the API has forgotten the pod, also while its containers end', () => {
    const { pods, reports } = slowNode();
    pods.put(whole('first'));
    pods.remove(whole('first'));
    pods.put(whole('second'));
    expect(reports).toEqual([]);
    expect(pods.active().map(({ metadata }) => metadata?.uid)).toEqual(['second']);
    expect(pods.has('first')).toBe(true);
  });
});

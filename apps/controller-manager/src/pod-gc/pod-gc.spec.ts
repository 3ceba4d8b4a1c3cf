import type { Pod } from '@typernetes/api';
import { failedPodPatch, findGarbagePods } from './pod-gc-controller';

const pod = (name: string, nodeName: string | undefined, phase: string, extra: Pod['metadata'] = {}): Pod => ({ metadata: { name, ...extra }, spec: { containers: [], nodeName }, status: { phase } });

test('finds what nobody else takes away', () => {
  const pods = [
    pod('lost', 'gone', 'Running'),
    pod('alive', 'n', 'Running'),
    pod('never-placed', undefined, 'Pending', { deletionTimestamp: 'now' }),
    pod('waits', undefined, 'Pending'),
    pod('old', 'n', 'Succeeded', { creationTimestamp: '2026-01-01T00:00:00Z' }),
    pod('new', 'n', 'Failed', { creationTimestamp: '2026-01-02T00:00:00Z' }),
  ];
  const found = findGarbagePods(pods, (name) => name === 'n', 1);
  const names = (list: Pod[]) => list.map(({ metadata }) => metadata?.name);
  expect([names(found.orphaned), names(found.unscheduled), names(found.terminated)]).toEqual([['lost'], ['never-placed'], ['old']]);
});

test('a pod without kubelet is given its end', () => {
  expect(failedPodPatch(pod('a', 'gone', 'Succeeded'), true, 0)).toBeUndefined();
  expect(failedPodPatch(pod('a', undefined, 'Pending'), false, 0)).toEqual({ status: { phase: 'Failed' } });
  expect(failedPodPatch(pod('a', 'gone', 'Running'), true, 0)).toMatchObject({ status: { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', reason: 'DeletionByPodGC' }] } });
});

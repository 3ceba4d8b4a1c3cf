import { Problem } from '../problem';
import { renderFigures, workloadOf } from './bench-scheduler';
import { benchPod } from './workloads';

test('workloads have names', () => {
  expect(workloadOf('spread')).toBe('spread');
  expect(() => workloadOf('wild')).toThrow(Problem);
});

test('of pods that keep away from each other half as many as nodes belong together', () => {
  const groups = Array.from({ length: 10 }, (_, index) => (benchPod(index, 'anti-affinity', 8) as { metadata: { labels: { group: string } } }).metadata.labels.group);
  expect(groups.join('')).toBe('0000111122');
});

test('the table', () => {
  expect(renderFigures({ workload: 'plain', nodes: 1000, pods: 2000, bound: 2000, seconds: 5, boundPerSecond: 400, createSeconds: 4.25 })).toBe(
    'workload  nodes  pods  bound  seconds  bound per second  creation s\n   plain   1000  2000   2000      5.0               400         4.3',
  );
});

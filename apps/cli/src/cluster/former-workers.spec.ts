import { formerWorkers } from './former-workers';

it.each<[string[], number, string[]]>([
  [['worker-1', 'worker-2', 'worker-3'], 1, ['worker-2', 'worker-3']],
  [['worker-3', 'worker-3', 'etcd', 'build-box'], 2, ['worker-3']],
  [['worker-1', 'worker-2'], 3, []],
])('of %j with %d wanted: %j', (names, workers, expected) => {
  expect(formerWorkers(names, workers)).toEqual(expected);
});

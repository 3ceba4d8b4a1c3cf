import { nextTtlStep, ttlSteps } from './ttl-step';

test.each([
  [0, 1, 0],
  [0, 100, 0],
  [0, 101, 15],
  [1, 95, 15],
  [1, 89, 0],
  [0, 5_000, 300],
  [4, 10, 0],
  [4, 20_000, 600],
])('from step %i with %i nodes: %i s', (current, nodes, seconds) => {
  expect(ttlSteps[nextTtlStep(current, nodes)]?.ttlSeconds).toBe(seconds);
});

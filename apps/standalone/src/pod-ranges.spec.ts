import { nodesMax, podRangesFor } from './pod-ranges';

test.each([
  [0, { maskSize: 24, maxPods: 110 }],
  [1, { maskSize: 24, maxPods: 110 }],
  [256, { maskSize: 24, maxPods: 110 }],
  [257, { maskSize: 25, maxPods: 110 }],
  [1_000, { maskSize: 26, maxPods: 61 }],
  [nodesMax, { maskSize: 28, maxPods: 13 }],
])('%i nodes', (nodes, ranges) => expect(podRangesFor(nodes)).toEqual(ranges));

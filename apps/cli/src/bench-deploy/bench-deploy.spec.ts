import { renderDeployFigures } from './bench-deploy';
import { isAvailable, type WatchedDeployment } from './deployment';

const seen = (generation: number, observedGeneration: number, availableReplicas: number, status = 'True'): WatchedDeployment => ({
  metadata: { generation },
  spec: { replicas: 2 },
  status: { observedGeneration, availableReplicas, conditions: [{ type: 'Available', status }] },
});

test.each<[what: string, deployment: WatchedDeployment, expected: boolean]>([
  ['all are there', seen(1, 1, 2), true],
  ['one is missing', seen(1, 1, 1), false],
  ['its controller has not seen it', seen(2, 1, 2), false],
  ['the condition says no', seen(1, 1, 2, 'False'), false],
  ['nothing is known', {}, false],
])('available: %s', (_, deployment, expected) => expect(isAvailable(deployment)).toBe(expected));

test('the table', () => {
  expect(renderDeployFigures({ deployments: 100, pods: 1000, available: 100, createSeconds: 0.25, boundSeconds: 4, availableSeconds: 5 })).toBe(
    'deployments  pods  available  creation s  all bound s  all available s  pods per second\n        100  1000        100         0.3          4.0              5.0              200',
  );
});

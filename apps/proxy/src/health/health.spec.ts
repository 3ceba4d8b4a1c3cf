import { SimulatedClock } from '@typernetes/machinery';
import { ServiceCompiler } from '../model/compiler';
import { serviceOf, sliceOf } from '../testing/objects';
import { ProxyHealth } from './proxy-health';
import { healthAnswer, serviceHealthByPort } from './service-health';

test('unhealthy when a change waits too long; livez does not care for the node', async () => {
  const clock = new SimulatedClock();
  const health = new ProxyHealth(clock, 1_000);
  health.updated();
  expect(health.answer('healthz').code).toBe(200);
  health.queued();
  await clock.advance(1_000);
  expect(health.answer('healthz').code).toBe(503);
  health.updated();
  health.nodeEligible = false;
  expect([health.answer('healthz').code, health.answer('livez').code]).toEqual([503, 200]);
});

test('healthCheckNodePort tells the local endpoints', () => {
  const facts = { nodeName: 'node', nodeIP: '', clusterCidr: '', serviceCidr: '', nodePortAddresses: [], bridgeNetfilter: true };
  const service = serviceOf('lb', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 });
  const compiled = new ServiceCompiler(facts).compile([{ service, slices: [sliceOf('lb', ['1', { ip: '2', node: 'other' }])] }]);
  const health = serviceHealthByPort(compiled).get(31000);
  expect(health).toEqual({ namespace: 'default', name: 'lb', localEndpoints: 1 });
  if (!health) throw new Error('there is one');
  expect(healthAnswer(health, true)).toEqual({
    code: 200,
    body: '{"service":{"namespace":"default","name":"lb"},"localEndpoints":1,"serviceProxyHealthy":true}',
  });
  expect(healthAnswer({ ...health, localEndpoints: 0 }, true).code).toBe(503);
});

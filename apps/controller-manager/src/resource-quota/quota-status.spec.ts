import type { Pod, ResourceQuota } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import { givesBack, isLower, quotaStatus } from './quota-status';

const kinds = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'services' },
  { group: 'apps', resource: 'deployments' },
];
const pod = (cpu: string, phase = 'Running'): Pod => ({ spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] }, status: { phase } });
const objects: Record<string, KubernetesObject[]> = { pods: [pod('500m'), pod('700m'), pod('9', 'Succeeded')], deployments: [{}, {}] };
const count = (spec: ResourceQuota['spec']) => quotaStatus({ spec }, kinds, { objectsOf: ({ resource }) => objects[resource] ?? [], nowMs: 0 }).used;

test('counts what there is', () => {
  const hard = { pods: '1', 'count/pods': '1', 'requests.cpu': '1', services: '1', 'count/deployments.apps': '1', 'count/widgets.example.com': '1' };
  expect(count({ hard })).toEqual({ pods: '2', 'count/pods': '3', 'requests.cpu': '1200m', services: '0', 'count/deployments.apps': '2' });
});

test('in scope', () => {
  expect(count({ hard: { pods: '1' }, scopes: ['BestEffort'] })).toEqual({ pods: '0' });
  expect(count({ hard: { pods: '1' }, scopes: ['NotTerminating'] })).toEqual({ pods: '2' });
});

test('what gives something back', () => {
  const [kind] = kinds;
  if (!kind) throw new Error();
  expect(givesBack(kind, pod('1', 'Failed'), pod('1'), 0)).toBe(true);
  expect(givesBack(kind, pod('1'), pod('1'), 0)).toBe(false);
  expect(givesBack({ group: 'apps', resource: 'deployments' }, {}, {}, 0)).toBe(false);
  expect([isLower({ used: { pods: '1' } }, { used: { pods: '2' } }), isLower({ used: { pods: '2' } }, { used: { pods: '2' } }), isLower({ used: { pods: '2' } }, undefined)]).toEqual([true, false, false]);
});

import { ServiceCompiler } from '../model/compiler';
import { serviceOf, sliceOf } from '../testing/objects';
import { ownAddresses, ownerOf } from './owner';

const facts = { nodeName: 'a', nodeIP: '', clusterCidr: '', serviceCidr: '', nodePortAddresses: [], bridgeNetfilter: true };
const names = ['a', 'b', 'c', 'd'];
const ips = Array.from({ length: 200 }, (_, index) => `172.30.200.${index}`);

test('every address has one owner, evenly; a node that leaves moves only its own', () => {
  const counts = new Map<string, number>();
  for (const ip of ips) {
    const owner = ownerOf(ip, names) ?? '';
    expect(ownerOf(ip, [...names].reverse())).toBe(owner);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
    if (owner !== 'd') expect(ownerOf(ip, ['a', 'b', 'c'])).toBe(owner);
  }
  for (const name of names) expect(counts.get(name)).toBeGreaterThan(25);
  expect(ownerOf('1', [])).toBeUndefined();
});

test.each([
  ['ready nodes only', {}, { b: false }, ['a']],
  ['excluded nodes never', {}, { b: true, excludeB: true }, ['a']],
  ['under policy Local only nodes with endpoints', { externalTrafficPolicy: 'Local' }, { b: true }, ['b']],
])('%s', (_name, spec, nodes, expected) => {
  const service = serviceOf('lb', { type: 'LoadBalancer', ...spec }, ['172.30.200.1']);
  const slices = [sliceOf('lb', [{ ip: '10.0.0.1', node: 'b' }])];
  const views = [
    { name: 'a', internalIP: '', podCidr: '', zone: '', ready: true, excluded: false },
    { name: 'b', internalIP: '', podCidr: '', zone: '', ready: nodes.b, excluded: 'excludeB' in nodes },
  ];
  const services = new ServiceCompiler(facts).compile([{ service, slices }]);
  const owners = ['a', 'b'].filter((nodeName) => ownAddresses({ services, slicesOf: () => slices, nodes: views, nodeName }).length > 0);
  expect(owners).toEqual(expected);
});

import { matchesPodNodeSelection, matchesNodeSelectorTerm } from './node-selector';
import { podRequests, qosClass } from './pod-resources';
import { firstUntoleratedTaint, tolerates } from './tolerations';

describe('tolerations', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' };
  test.each([
    ['same key and value', { key: 'k', value: 'v' }, true],
    ['other value', { key: 'k', value: 'w' }, false],
    ['Exists ignores the value', { key: 'k', operator: 'Exists' }, true],
    ['Exists without key tolerates all', { operator: 'Exists' }, true],
    ['Equal without key tolerates nothing', {}, false],
    ['other effect', { key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    ['same effect', { key: 'k', operator: 'Exists', effect: 'NoSchedule' }, true],
  ])('%s', (_name, toleration, expected) => expect(tolerates(toleration, taint)).toBe(expected));

  test('only taints of the asked effects count', () => {
    const taints = [{ key: 'soft', effect: 'PreferNoSchedule' }, taint];
    expect(firstUntoleratedTaint(taints, [], ['NoSchedule', 'NoExecute'])).toBe(taint);
    expect(firstUntoleratedTaint(taints, [{ key: 'k', operator: 'Exists' }], ['NoSchedule'])).toBeUndefined();
  });
});

describe('node selectors', () => {
  const node = { name: 'n1', labels: { disk: 'ssd', cores: '8' } };
  test.each([
    ['In', { key: 'disk', operator: 'In', values: ['hdd', 'ssd'] }, true],
    ['NotIn', { key: 'disk', operator: 'NotIn', values: ['ssd'] }, false],
    ['NotIn holds for an absent label', { key: 'gpu', operator: 'NotIn', values: ['x'] }, true],
    ['Exists', { key: 'gpu', operator: 'Exists' }, false],
    ['DoesNotExist', { key: 'gpu', operator: 'DoesNotExist' }, true],
    ['Gt compares integers', { key: 'cores', operator: 'Gt', values: ['10'] }, false],
    ['Lt compares integers', { key: 'cores', operator: 'Lt', values: ['10'] }, true],
  ])('%s', (_name, requirement, expected) => {
    expect(matchesNodeSelectorTerm({ matchExpressions: [requirement] }, node)).toBe(expected);
  });

  test('an empty term matches nothing', () => expect(matchesNodeSelectorTerm({}, node)).toBe(false));

  test('nodeSelector and required affinity must both hold', () => {
    const byName = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: byName } };
    expect(matchesPodNodeSelection({ nodeSelector: { disk: 'ssd' }, affinity }, node)).toBe(true);
    expect(matchesPodNodeSelection({ nodeSelector: { disk: 'hdd' }, affinity }, node)).toBe(false);
  });
});

describe('pod resources', () => {
  const cpu = (requests: string, restartPolicy?: string): object => ({ resources: { requests: { cpu: requests } }, restartPolicy });
  test.each([
    ['containers add up', { containers: [cpu('1'), cpu('500m')] }, '1500m'],
    ['an init container raises the peak', { containers: [cpu('1')], initContainers: [cpu('2')] }, '2'],
    ['sidecars run along', { containers: [cpu('1')], initContainers: [cpu('500m', 'Always')] }, '1500m'],
    ['init containers after a sidecar come on top of it', { containers: [cpu('1')], initContainers: [cpu('1', 'Always'), cpu('2')] }, '3'],
    ['pod-level requests win', { containers: [cpu('1')], resources: { requests: { cpu: '4' } } }, '4'],
    ['overhead is added', { containers: [cpu('1')], overhead: { cpu: '250m' } }, '1250m'],
  ])('%s', (_name, spec, expected) => expect(podRequests({ spec })['cpu']).toBe(expected));

  const both = (cpuText: string): Record<string, string> => ({ cpu: cpuText, memory: '1Gi' });
  test.each([
    ['nothing asked', [{}], 'BestEffort'],
    ['limits alone imply requests', [{ resources: { limits: both('1') } }], 'Guaranteed'],
    ['equal', [{ resources: { limits: both('1'), requests: both('1000m') } }], 'Guaranteed'],
    ['one container less', [{ resources: { limits: both('1') } }, {}], 'Burstable'],
    ['requests below limits', [{ resources: { limits: both('2'), requests: both('1') } }], 'Burstable'],
    ['memory only', [{ resources: { limits: { memory: '1Gi' } } }], 'Burstable'],
  ])('QoS: %s', (_name, containers, expected) => expect(qosClass({ spec: { containers } })).toBe(expected));
});

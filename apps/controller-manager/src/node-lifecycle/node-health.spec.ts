import type { Node, Taint } from '@typernetes/api';
import { desiredTaints, heartbeatMark, observe, silentStatus } from './node-health';

const now = '2026-01-01T00:00:00Z';
const node = (conditions: Record<string, string>, spec: Node['spec'] = {}): Node => ({
  metadata: { name: 'n', creationTimestamp: '2025-01-01T00:00:00Z' },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});
const short = (taints: Taint[] | undefined): string[] | undefined => taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);

describe('desiredTaints', () => {
  test.each([
    ['well', { Ready: 'True' }, {}, undefined],
    ['not ready', { Ready: 'False' }, {}, ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['never heard of', {}, {}, ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['silent', { Ready: 'Unknown' }, {}, ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    ['under pressure', { Ready: 'True', MemoryPressure: 'True', DiskPressure: 'True' }, {}, ['memory-pressure:NoSchedule', 'disk-pressure:NoSchedule']],
    ['cordoned', { Ready: 'True' }, { unschedulable: true }, ['unschedulable:NoSchedule']],
    ['well again', { Ready: 'True' }, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] }, []],
    ["others' taints stay", { Ready: 'False' }, { taints: [{ key: 'mine', effect: 'NoSchedule' }] }, ['mine:NoSchedule', 'not-ready:NoSchedule', 'not-ready:NoExecute']],
  ])('%s', (_name, conditions, spec, expected) => expect(short(desiredTaints(node(conditions as Record<string, string>, spec), now))).toEqual(expected));

  test('a taint that is there keeps its time', () => {
    const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2025-12-31T00:00:00Z' }];
    expect(desiredTaints(node({ Ready: 'Unknown' }, { taints }), now)?.find(({ effect }) => effect === 'NoExecute')?.timeAdded).toBe('2025-12-31T00:00:00Z');
  });
});

describe('silence', () => {
  test('a mark that stays the same was seen then, a new one is seen now', () => {
    const first = observe(undefined, 'a', 100);
    expect(observe(first, 'a', 200)).toEqual({ mark: 'a', seenAtMs: 100 });
    expect(observe(first, 'b', 200)).toEqual({ mark: 'b', seenAtMs: 200 });
  });

  test('the lease and the status both count', () => {
    expect(heartbeatMark(node({ Ready: 'True' }), { spec: { renewTime: 'x' } })).not.toBe(heartbeatMark(node({ Ready: 'True' }), { spec: { renewTime: 'y' } }));
  });

  test('all that a kubelet reports becomes unknown, once', () => {
    const status = silentStatus(node({ Ready: 'True', MemoryPressure: 'False', Custom: 'True' }), now);
    const byType = Object.fromEntries((status?.conditions ?? []).map((condition) => [condition.type, [condition.status, condition.reason]]));
    expect(byType).toEqual({
      Ready: ['Unknown', 'NodeStatusUnknown'],
      MemoryPressure: ['Unknown', 'NodeStatusUnknown'],
      DiskPressure: ['Unknown', 'NodeStatusNeverUpdated'],
      PIDPressure: ['Unknown', 'NodeStatusNeverUpdated'],
      Custom: ['True', undefined],
    });
    expect(silentStatus({ ...node({}), status }, now)).toBeUndefined();
  });
});

import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import { startCluster, type TestCluster } from '@typernetes/testing';
import { Leader } from '../src/leader.ts';

let cluster: TestCluster;
let leaders: Leader[];
let leading: string[];

beforeEach(async () => {
  cluster = await startCluster();
  leaders = [];
  leading = [];
});
afterEach(async () => {
  for (const leader of leaders) leader.stop();
  await cluster.stop();
});

function start(identity: string): Leader {
  const leader = new Leader(cluster.kubeConfig(KubeConfig), {
    namespace: 'default',
    name: 'mirror',
    identity,
    leaseMs: 500,
    retryMs: 50,
    onStarted: () => leading.push(identity),
    onStopped: () => void (leading = leading.filter((other) => other !== identity)),
  });
  leaders.push(leader);
  leader.start();
  return leader;
}

const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'mirror' } };
const held = (identity: string): Promise<unknown> => cluster.waitFor(lease, ({ spec }) => (spec as { holderIdentity?: string }).holderIdentity === identity && leading.includes(identity));

describe('Leader', () => {
  it('is one of two; the other takes over when it falls silent', async () => {
    const first = start('first');
    await held('first');
    start('second');
    // Several turns of both.
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(leading, ['first']);
    first.stop();
    await held('second');
    assert.deepEqual(leading, ['second']);
  });

  it('steps down while it cannot renew', async () => {
    start('first');
    await held('first');
    const heal = cluster.faults.fail({ verb: 'update', resource: 'leases', name: 'mirror' }, { code: 500, times: 1_000 });
    while (leading.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    heal();
    await held('first');
  });
});

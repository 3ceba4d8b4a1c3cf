import type { Service } from '@typernetes/api';
import { AddressPool } from './address-pool';
import { cleanupFinalizer, loadBalancerStep } from './load-balancer-controller';

describe('AddressPool', () => {
  test.each([
    ['192.0.2.8/30', [], '192.0.2.9'],
    ['192.0.2.8/30', ['192.0.2.9'], '192.0.2.10'],
    ['192.0.2.8/30', ['192.0.2.9', '192.0.2.10'], undefined],
    ['192.0.2.8/32', [], '192.0.2.8'],
    ['192.0.2.254-192.0.3.1', ['192.0.2.254', '192.0.2.255'], '192.0.3.0'],
  ])('%s without %j', (range, taken, expected) => expect(new AddressPool(range).firstFree(new Set(taken))).toBe(expected));

  test('knows its own', () => {
    const pool = new AddressPool('192.0.2.0/29');
    expect([pool.has('192.0.2.1'), pool.has('192.0.2.7'), pool.has('192.0.3.1')]).toEqual([true, false, false]);
  });

  test('refuses what is no range', () => expect(() => new AddressPool('nonsense')).toThrow());
});

describe('loadBalancerStep', () => {
  const service = (spec: Service['spec'], ingress?: string, metadata: Service['metadata'] = {}): Service => ({ metadata, spec, status: ingress ? { loadBalancer: { ingress: [{ ip: ingress }] } } : {} });
  const held = { finalizers: [cleanupFinalizer] };
  test.each([
    ['new', service({ type: 'LoadBalancer' }), 'ensure'],
    ['done', service({ type: 'LoadBalancer' }, '192.0.2.1', held), 'nothing'],
    ['crashed between finalizer and status', service({ type: 'LoadBalancer' }, undefined, held), 'ensure'],
    ["another class's", service({ type: 'LoadBalancer', loadBalancerClass: 'x/y' }), 'nothing'],
    ['no longer one', service({ type: 'ClusterIP' }, '192.0.2.1', held), 'release'],
    ['deleted', service({ type: 'LoadBalancer' }, '192.0.2.1', { ...held, deletionTimestamp: 'now' }), 'release'],
    ['never was one', service({ type: 'ClusterIP' }), 'nothing'],
  ])('%s', (_name, object, expected) => expect(loadBalancerStep(object)).toBe(expected));
});

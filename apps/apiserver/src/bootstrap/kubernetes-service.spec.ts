import { advertisedAddress } from './advertise-address';
import { kubernetesEndpoints, withContents } from './kubernetes-service';

describe('advertisedAddress', () => {
  it.each<[string | undefined, string, string[], string | undefined]>([
    ['10.0.0.9', '0.0.0.0', ['10.0.0.1'], '10.0.0.9'],
    [undefined, '10.0.0.8', ['10.0.0.1'], '10.0.0.8'],
    [undefined, '0.0.0.0', ['10.0.0.1'], '10.0.0.1'],
    [undefined, '127.0.0.1', ['10.0.0.1', '10.0.0.2'], '10.0.0.1'],
    [undefined, '127.0.0.1', [], undefined],
  ])('flag %s, bound to %s, host %j: %s', (advertiseAddress, bindAddress, host, expected) =>
    expect(advertisedAddress({ advertiseAddress, bindAddress }, host)).toBe(expected),
  );
});

describe('withContents', () => {
  const stored = { ...kubernetesEndpoints({ address: '10.0.0.1', port: 6443 }), apiVersion: 'v1', kind: 'Endpoints' };
  it('is the same text when nothing differs', () =>
    expect(JSON.stringify(withContents(stored, kubernetesEndpoints({ address: '10.0.0.1', port: 6443 })))).toBe(JSON.stringify(stored)));
  it('takes the new address', () => expect(withContents(stored, kubernetesEndpoints({ address: '10.0.0.2', port: 6443 })).subsets?.[0]?.addresses).toEqual([{ ip: '10.0.0.2' }]));
});

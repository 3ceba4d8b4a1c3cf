import { UsageProblem } from '../problem';
import { addressAt, overlap } from './cidr';
import { checkSettings, clusterAddresses, defaultSettings, serverUrl, type ClusterSettings } from './settings';

describe('clusterAddresses', () => {
  it('keeps the places that docs/architecture.md names', () => {
    expect(clusterAddresses(defaultSettings)).toEqual({
      gateway: '172.30.0.1',
      etcd: '172.30.0.2',
      apiserver: '172.30.0.10',
      scheduler: '172.30.0.11',
      controllerManager: '172.30.0.12',
      workers: ['172.30.1.1', '172.30.1.2'],
      kubernetesService: '10.96.0.1',
      clusterDns: '10.96.0.10',
      loadBalancerCidr: '172.30.200.0/24',
      clientCidr: '172.30.100.0/24',
    });
  });
});

describe('cidr', () => {
  it('counts addresses from the start of the range', () => {
    expect(addressAt('10.96.7.9/12', 10)).toBe('10.96.0.10');
  });

  it.each([
    ['10.96.0.0/16', '10.96.5.0/24', true],
    ['10.96.0.0/16', '10.97.0.0/16', false],
    ['0.0.0.0/0', '10.97.0.0/16', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(overlap(a, b)).toBe(expected);
    expect(overlap(b, a)).toBe(expected);
  });
});

describe('checkSettings', () => {
  it('accepts the defaults', () => {
    expect(() => checkSettings(defaultSettings)).not.toThrow();
    expect(() => checkSettings({ ...defaultSettings, publish: '30000-30010', dnsUpstream: '192.0.2.53:5353' })).not.toThrow();
  });

  it.each<[Partial<ClusterSettings>, RegExp]>([
    [{ name: 'Not Good' }, /no cluster name/],
    [{ workers: 0 }, /out of range/],
    [{ workers: Number.NaN }, /out of range/],
    [{ podCidr: 'ten' }, /--pod-cidr ten is no IPv4 range/],
    [{ podCidr: 'fd00::/64' }, /--pod-cidr fd00::\/64 is no IPv4 range/],
    [{ podCidr: '10.96.128.0/17' }, /--pod-cidr and --service-cidr overlap/],
    [{ nodeCidr: '192.168.5.0/24' }, /too small/],
    [{ publish: '30000:30010' }, /no range of node ports/],
    [{ publish: '30010-30000' }, /no range of node ports/],
    [{ publish: '80' }, /no range of node ports/],
    [{ apiBind: '6443' }, /--api 6443 is no address and port/],
    [{ apiBind: '127.0.0.1:70000' }, /no address and port/],
    [{ dnsUpstream: 'dns.example' }, /--dns-upstream dns.example is no address/],
  ])('%j', (change, message) => {
    const check = (): void => checkSettings({ ...defaultSettings, ...change });
    expect(check).toThrow(UsageProblem);
    expect(check).toThrow(message);
  });
});

describe('serverUrl', () => {
  it('is an address that the host can call', () => {
    expect(serverUrl({ ...defaultSettings, apiBind: '0.0.0.0:7443' })).toBe('https://127.0.0.1:7443');
  });
});

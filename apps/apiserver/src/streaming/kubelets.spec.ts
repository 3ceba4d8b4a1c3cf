import type { Node } from '@typernetes/api';
import { kubeletAddress, Kubelets } from './kubelets';

const node = (addresses: { type: string; address: string }[], port: number | undefined = 10250): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  status: { addresses, ...(port ? { daemonEndpoints: { kubeletEndpoint: { Port: port } } } : {}) },
});
const internal = { type: 'InternalIP', address: '10.0.0.1' };
const external = { type: 'ExternalIP', address: '203.0.113.1' };
const hostname = { type: 'Hostname', address: 'n' };

describe('kubeletAddress', () => {
  it.each([
    ['the internal address first', node([hostname, external, internal]), '10.0.0.1:10250'],
    ['the external one else', node([hostname, external]), '203.0.113.1:10250'],
    ['an address of IPv6 in brackets', node([{ type: 'InternalIP', address: 'fd00::1' }]), '[fd00::1]:10250'],
    ['no host name, which need not resolve here', node([hostname]), undefined],
    ['nothing without a port', node([internal], 0), undefined],
  ])('%s', (_, of, expected) => {
    expect(kubeletAddress(of)).toBe(expected);
  });
});

describe('Kubelets', () => {
  it('says that a node has no address, as a Status', () => {
    expect(() => new Kubelets({}).client(node([]))).toThrow(expect.objectContaining({ code: 503, message: 'node n has no address of its kubelet' }));
  });
});

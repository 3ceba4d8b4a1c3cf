import type { Pod } from '@typernetes/api';
import { runtimePod, sandbox } from '../testing/builders';
import { addressOf } from './pod-connection';

const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, status: { podIPs: [{ ip: '10.244.0.5' }] } };

describe('addressOf', () => {
  it.each(['10.244.0.5', '10.244.0.2'])('lets %s pass: it is the pod’s', (address) => {
    expect(addressOf(pod, runtimePod([], [sandbox({ ips: ['10.244.0.2'] })]), address)).toBe(address);
  });

  it.each(['127.0.0.1', '10.244.0.6', '169.254.169.254', 'localhost'])('refuses %s: nothing else is reached from here', (address) => {
    expect(() => addressOf(pod, runtimePod(), address)).toThrow(expect.objectContaining({ code: 400, message: `${address} is no address of pod web` }));
  });
});

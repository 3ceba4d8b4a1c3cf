import { parse } from 'yaml';
import { composeVariables, workersFile } from './compose-files';
import { defaultSettings } from './settings';

interface Parsed {
  services: Record<string, { hostname: string; networks: unknown; ports?: string[]; volumes: string[] }>;
  volumes: Record<string, null>;
}

describe('workersFile', () => {
  const file = (workers: number, publish = ''): Parsed => parse(workersFile({ ...defaultSettings, workers, publish }, '/repo/docker/node.yaml')) as Parsed;

  it('has one service per worker, at its fixed address', () => {
    const { services, volumes } = file(3);
    expect(Object.keys(services)).toEqual(['worker-1', 'worker-2', 'worker-3']);
    expect(services['worker-3']).toMatchObject({ hostname: 'worker-3', networks: { nodes: { ipv4_address: '172.30.1.3' } } });
    expect(Object.keys(volumes)).toContain('worker-3-docker');
  });

  it('publishes node ports on one node, since two cannot share a port of the host', () => {
    const { services } = file(2, '30000-30010');
    expect(services['worker-1']?.ports).toEqual(['127.0.0.1:30000-30010:30000-30010']);
    expect(services['worker-2']?.ports).toBeUndefined();
  });
});

describe('composeVariables', () => {
  it('carries the choice of ranges to the components', () => {
    const parts = { etcdImage: 'e', controlPlaneImage: 'c', nodeImage: 'n', dnsImage: 'd', imagesDirectory: '/i', privileged: false };
    expect(composeVariables({ ...defaultSettings, serviceCidr: '10.97.0.0/16' }, parts)).toMatchObject({
      T8S_SERVICE_CIDR: '10.97.0.0/16',
      T8S_CLUSTER_DNS: '10.97.0.10',
      T8S_PRIVILEGED: 'false',
    });
  });
});

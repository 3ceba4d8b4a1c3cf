import type { Service } from '@typernetes/api';
import { ApiError, apiErrors } from '@typernetes/machinery';
import { container, pod } from '../testing/builders';
import { environmentOf } from './environment';
import { expand } from './expand';
import type { ObjectReader } from './environment';
import { serviceEnvironment } from './service-env';

const service = (name: string, namespace: string, clusterIP: string, ports: { name?: string; port: number; protocol?: string }[]): Service => ({ metadata: { name, namespace }, spec: { clusterIP, ports } });
const kubernetes = service('kubernetes', 'default', '10.96.0.1', [{ name: 'https', port: 443 }]);
const nginx = service('nginx-svc', 'shop', '10.96.5.5', [{ port: 80 }, { name: 'dns', port: 53, protocol: 'UDP' }]);
const facts = { podIPs: ['10.244.0.2'], nodeIPs: ['192.0.2.1'], nodeName: 'n1', allocatable: { cpu: '2', memory: '4Gi' } };

const objects: ObjectReader = {
  secret: async (_namespace, name) => {
    if (name !== 's') throw apiErrors.notFound({ group: '', resource: 'secrets', name });
    return { data: { password: Buffer.from('pw').toString('base64') } };
  },
  configMap: async (_namespace, name) => {
    if (name !== 'c') throw apiErrors.notFound({ group: '', resource: 'configmaps', name });
    return { data: { colour: 'blue', 'not=ok': 'x' } };
  },
};

describe('variables of Services', () => {
  test('host, port and links', () => {
    expect(serviceEnvironment([nginx], 'shop', true)).toEqual({
      NGINX_SVC_SERVICE_HOST: '10.96.5.5',
      NGINX_SVC_SERVICE_PORT: '80',
      NGINX_SVC_SERVICE_PORT_DNS: '53',
      NGINX_SVC_PORT: 'tcp://10.96.5.5:80',
      NGINX_SVC_PORT_80_TCP: 'tcp://10.96.5.5:80',
      NGINX_SVC_PORT_80_TCP_PROTO: 'tcp',
      NGINX_SVC_PORT_80_TCP_PORT: '80',
      NGINX_SVC_PORT_80_TCP_ADDR: '10.96.5.5',
      NGINX_SVC_PORT_53_UDP: 'udp://10.96.5.5:53',
      NGINX_SVC_PORT_53_UDP_PROTO: 'udp',
      NGINX_SVC_PORT_53_UDP_PORT: '53',
      NGINX_SVC_PORT_53_UDP_ADDR: '10.96.5.5',
    });
  });
  test('kubernetes always, others of the own namespace when links are wanted', () => {
    expect(Object.keys(serviceEnvironment([kubernetes, nginx], 'shop', false))).toEqual(expect.arrayContaining(['KUBERNETES_SERVICE_HOST']));
    expect(serviceEnvironment([kubernetes, nginx], 'shop', false)['NGINX_SVC_SERVICE_HOST']).toBeUndefined();
    expect(serviceEnvironment([kubernetes, nginx], 'elsewhere', true)['NGINX_SVC_SERVICE_HOST']).toBeUndefined();
  });
  test('headless ones have none', () => expect(serviceEnvironment([service('h', 'shop', 'None', [{ port: 1 }])], 'shop', true)).toEqual({}));
});

test.each([
  ['$(A)-$(B)', '1-$(B)'], ['$$(A)', '$(A)'], ['$$$(A)', '$1'], ['$A $', '$A $'], ['$(A', '$(A'],
])('%s expands to %s', (text, expected) => expect(expand(text, (name) => (name === 'A' ? '1' : undefined))).toBe(expected));

test('env sees Services, envFrom and earlier variables', async () => {
  const main = container('main', {
    resources: { limits: { memory: '64Mi' } },
    envFrom: [{ prefix: 'C_', configMapRef: { name: 'c' } }, { secretRef: { name: 'missing', optional: true } }],
    env: [
      { name: 'URL', value: 'https://$(KUBERNETES_SERVICE_HOST)/$(C_colour)/$(LATER)' },
      { name: 'LATER', value: 'x' },
      { name: 'PW', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
      { name: 'GONE', valueFrom: { secretKeyRef: { name: 'missing', key: 'k', optional: true } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
  });
  const of = pod({ containers: [main] }, { metadata: { labels: { app: 'web' } } });
  const result = await environmentOf(of, main, { objects, services: [kubernetes], facts });
  expect(Object.fromEntries(result)).toMatchObject({ URL: 'https://10.96.0.1/blue/$(LATER)', PW: 'pw', IP: '10.244.0.2', LABEL: 'web', MEM: '64', CPU: '2', KUBERNETES_SERVICE_PORT: '443' });
  expect(result.has('GONE')).toBe(false);
});

test('what is missing is named', async () => {
  const sources = { objects, services: [], facts };
  const wants = (from: object): Promise<unknown> => environmentOf(pod(), container('main', { env: [{ name: 'A', valueFrom: from }] }), sources);
  await expect(wants({ secretKeyRef: { name: 'nope', key: 'k' } })).rejects.toThrow('secret "nope" not found');
  await expect(wants({ configMapKeyRef: { name: 'c', key: 'k' } })).rejects.toThrow("couldn't find key k in ConfigMap default/c");
  await expect(wants({ secretKeyRef: { name: 'nope', key: 'k' } })).rejects.not.toBeInstanceOf(ApiError);
});

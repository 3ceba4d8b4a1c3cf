import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { EndpointSlice, Service } from '@typernetes/api';
import { seededRandom, systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { WebhookClient } from './webhook-client';

interface Request {
  readonly url: string;
  readonly body: unknown;
}

/** A webhook on loopback with a certificate for a Service's name, and a client that knows the Service. */
describe('the client of webhooks', () => {
  let server: Server;
  let port = 0;
  let caBundle = '';
  const requests: Request[] = [];
  let answer = { code: 200, text: '{"yes":true}' };

  beforeAll(async () => {
    const nowMs = systemClock.now();
    const ca = createCertificateAuthority('ca', nowMs, 1);
    caBundle = Buffer.from(ca.cert).toString('base64');
    const { cert, key } = issueCertificate(ca, { commonName: 'hook', nowMs, validForDays: 1, usages: ['server'], hosts: ['hook.ns.svc', '127.0.0.1'] });
    server = createServer({ cert, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({ url: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
        response.statusCode = answer.code;
        if (answer.code !== 0) response.end(answer.text);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    requests.length = 0;
    answer = { code: 200, text: '{"yes":true}' };
  });

  const service: Service = { metadata: { name: 'hook', namespace: 'ns' }, spec: { ports: [{ name: 'https', port: 8443 }] } };
  const slice = (): EndpointSlice => ({
    metadata: { name: 'hook-1', namespace: 'ns', labels: { 'kubernetes.io/service-name': 'hook' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'] }],
    ports: [{ name: 'https', port }],
  });
  const client = (slices: EndpointSlice[]): WebhookClient => {
    const objects = { get: ({ resource }: { resource: string }, name: string) => (resource === 'services' && name === 'hook' ? service : undefined), list: () => slices };
    return new WebhookClient({ objects, kubelets: undefined, random: seededRandom(1) } as unknown as ConstructorParameters<typeof WebhookClient>[0]);
  };
  const behind = { namespace: 'ns', name: 'hook', port: 8443, path: '/check' };
  const timeoutMs = 5_000;

  it('asks behind a Service, by the name that the certificate is for', async () => {
    expect(await client([slice()]).post({ service: behind, caBundle }, { a: 1 }, { timeoutMs })).toEqual({ yes: true });
    expect(requests).toEqual([{ url: '/check?timeout=5s', body: { a: 1 } }]);
  });

  it('asks a URL', async () => {
    expect(await client([]).post({ url: `https://127.0.0.1:${port}/path`, caBundle }, {}, { timeoutMs })).toEqual({ yes: true });
    expect(requests[0]?.url).toBe('/path?timeout=5s');
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['nobody is behind the Service', () => client([]).post({ service: behind, caBundle }, {}, { timeoutMs }), /^Post "https:\/\/hook\.ns\.svc:8443\/check\?timeout=5s": no endpoints available for service "hook"$/],
    ['there is no such Service', () => client([]).post({ service: { ...behind, name: 'none' } }, {}, { timeoutMs }), /service "none" not found$/],
    ['the certificate is nobody\'s', () => client([slice()]).post({ service: behind }, {}, { timeoutMs }), /self.signed certificate|unable to verify|unable to get/],
    ['the certificate is somebody else\'s', () => client([slice()]).post({ url: `https://localhost:${port}/`, caBundle }, {}, { timeoutMs }), /does not match certificate/],
  ])('says so when %s', async (_, ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });

  it('says what it got instead of an answer', async () => {
    answer = { code: 503, text: '' };
    await expect(client([slice()]).post({ service: behind, caBundle }, {}, { timeoutMs })).rejects.toThrow(/: the server answered 503$/);
    answer = { code: 200, text: 'no JSON' };
    await expect(client([slice()]).post({ service: behind, caBundle }, {}, { timeoutMs })).rejects.toThrow(/JSON/);
    answer = { code: 0, text: '' };
    await expect(client([slice()]).post({ service: behind, caBundle }, {}, { timeoutMs: 100 })).rejects.toThrow(/: context deadline exceeded$/);
  });
});

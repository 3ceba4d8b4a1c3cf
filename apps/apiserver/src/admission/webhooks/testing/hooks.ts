import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { eventually } from '../../../custom-kinds/testing/definitions';
import type { TestApi } from '../../../testing/start-test-api';

export interface Review {
  request: { uid: string; operation: string; dryRun: boolean; name?: string; object: { metadata: { name: string; labels?: Record<string, string> }; data?: Record<string, string> } | null; oldObject: unknown; userInfo: { username: string } };
}
/** What a webhook says to a question; undefined: it fails. */
export type Answer = (review: Review) => object | undefined | Promise<object | undefined>;

export const registration = '/apis/admissionregistration.k8s.io/v1';
export const maps = '/api/v1/namespaces/default/configmaps';
export const mapRule = { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
export const map = (name: string, data: Record<string, string> = {}): object => ({ metadata: { name }, data });
/** An answer that changes the object by JSON patch. */
export const patch = (...operations: object[]): object => ({ allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') });

/** A server of webhooks: each path is one. */
export interface Hooks {
  readonly port: number;
  /** Of the authority behind the server's certificate, as configurations have it. */
  readonly caBundle: string;
  readonly answers: Map<string, Answer>;
  /** All questions, in their order. */
  readonly asked: Review['request'][];
  /** A webhook of a configuration that asks the path, about ConfigMaps unless `more` says otherwise. */
  hook(path: string, more?: object): object;
  /** With webhooks in place while `test` runs. */
  whileAsked(api: TestApi, kind: 'mutating' | 'validating', hooks: object[], test: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startHooks(): Promise<Hooks> {
  const nowMs = systemClock.now();
  const authority = createCertificateAuthority('webhooks', nowMs, 1);
  const serving = issueCertificate(authority, { commonName: 'webhook', hosts: ['127.0.0.1', 'hook.default.svc'], usages: ['server'], nowMs, validForDays: 1 });
  const caBundle = Buffer.from(authority.cert).toString('base64');
  const answers = new Map<string, Answer>();
  const asked: Review['request'][] = [];
  const server = createServer({ cert: serving.cert, key: serving.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      asked.push(review.request);
      void Promise.resolve(answers.get(new URL(request.url ?? '/', 'https://x').pathname)?.(review)).then((answer) => {
        if (!answer) return void response.writeHead(500).end();
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response: { uid: review.request.uid, ...answer } }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    caBundle,
    answers,
    asked,
    hook: (path, more = {}) => ({
      name: `${path.slice(1)}.example.com`,
      clientConfig: { url: `https://127.0.0.1:${port}${path}`, caBundle },
      rules: [mapRule],
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      ...more,
    }),
    whileAsked: async (api, kind, hooks, test) => {
      const path = `${registration}/${kind}webhookconfigurations`;
      const created = await api.call('POST', path, { body: { metadata: { name: 'test' }, webhooks: hooks } });
      expect([created.code, created.json['message']]).toEqual([201, undefined]);
      await isKnown(api, path, created.json.metadata?.resourceVersion);
      try {
        await test();
      } finally {
        const deleted = await api.call('DELETE', `${path}/test`);
        expect(deleted.code).toBe(200);
        await eventually('the configuration is forgotten', async () => !(await api.call('GET', `${path}?resourceVersion=0`)).json.items.some(({ metadata }) => metadata?.name === 'test'));
      }
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Waits until the server's cache, by which it asks, has seen a version of a kind. */
export const isKnown = (api: TestApi, path: string, resourceVersion: string | undefined): Promise<void> =>
  eventually('the version is known', async () => (await api.call('GET', `${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`)).code === 200);

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { startEtcd, type RunningEtcd } from '@typernetes/testing';
import { Mirror } from '../cache/mirror';
import { encodeStored } from '../resource-version';
import { describeStorage, type ContractSubject } from '../testing/storage-contract';
import { describeStorageProperties } from '../testing/storage-properties';
import { EtcdStorage } from './etcd-storage';

async function makeSubject(): Promise<ContractSubject> {
  const etcd = await startEtcd();
  const storage = new EtcdStorage({ endpoints: [etcd.endpoint] });
  return {
    storage,
    close: async () => {
      await storage.close();
      await etcd.stop();
    },
  };
}

describeStorage('EtcdStorage', makeSubject);
describeStorageProperties('EtcdStorage', makeSubject);

const value = (name: string): Buffer => encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name } });

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1_500; i++) {
    if (isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not within 15 s: ${what}`);
}

describe('EtcdStorage over TLS', () => {
  it('talks to an etcd that demands client certificates, and not without one', async () => {
    const nowMs = systemClock.now();
    const ca = createCertificateAuthority('etcd-ca', nowMs, 1);
    const pair = issueCertificate(ca, { commonName: 'etcd', hosts: ['127.0.0.1', 'localhost'], usages: ['server', 'client'], nowMs, validForDays: 1 });
    const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-etcd-tls-'));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(path.join(directory, name), text);
      return path.join(directory, name);
    };
    const etcd = await startEtcd({ tls: { caFile: await file('ca.crt', ca.cert), certFile: await file('etcd.crt', pair.cert), keyFile: await file('etcd.key', pair.key) } });
    const known = new EtcdStorage({ endpoints: [etcd.endpoint], tls: { ca: Buffer.from(ca.cert), cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) } });
    const stranger = new EtcdStorage({ endpoints: [etcd.endpoint], tls: { ca: Buffer.from(ca.cert) } });
    try {
      expect(await known.revision()).toBeGreaterThan(0);
      await expect(stranger.revision()).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    } finally {
      await Promise.all([known.close(), stranger.close()]);
      await etcd.stop();
      await rm(directory, { recursive: true, force: true });
    }
  }, 60_000);
});

describe('Mirror on a real etcd', () => {
  let etcd: RunningEtcd;
  let storage: EtcdStorage;

  beforeAll(async () => {
    etcd = await startEtcd();
    storage = new EtcdStorage({ endpoints: [etcd.endpoint] });
  }, 60_000);
  afterAll(async () => {
    await storage.close();
    await etcd.stop();
  });

  it('loses no event over a SIGKILL and restart of etcd, and finishes the writes that were under way', async () => {
    const mirror = new Mirror(storage);
    const cache = mirror.declare({ path: 'things', attributesOf: () => ({ labels: {}, fields: {} }) });
    await mirror.start();
    const watcher = cache.watch({ prefix: '' }, { wantsBookmarks: false });
    const seen: string[] = [];
    watcher.onReady = () => seen.push(...watcher.take().map(({ type, entry }) => `${type} ${entry.key}`));
    let acknowledged = 0;
    const writer = (async () => {
      for (let i = 0; i < 300; i++) {
        const result = await storage.transact([{ type: 'put', key: `/registry/things/t${i}`, value: value(`t${i}`), expected: 0 }]);
        expect(result.type).toBe('committed');
        acknowledged++;
      }
    })();
    await until(() => acknowledged > 50, 'some writes');
    await etcd.kill();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await etcd.start();
    await writer;
    await mirror.confirm();
    await until(() => seen.length >= 300, 'all events');
    expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => `ADDED t${i}`));
    expect(cache.size).toBe(300);
    mirror.stop();
  }, 60_000);

  it('is as fresh as the store after confirm, also when somebody else wrote elsewhere', async () => {
    const mirror = new Mirror(storage, { root: '/registry/mine/' });
    mirror.declare({ path: 'things', attributesOf: () => ({ labels: {}, fields: {} }) });
    await mirror.start();
    const written = await storage.transact([{ type: 'put', key: '/elsewhere', value: value('x') }]);
    await mirror.confirm();
    expect(mirror.revision).toBeGreaterThanOrEqual(written.revision);
    mirror.stop();
  }, 60_000);
});

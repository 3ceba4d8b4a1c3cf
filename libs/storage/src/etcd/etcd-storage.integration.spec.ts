import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Etcd3 } from 'etcd3';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { freePorts, startEtcd, type RunningEtcd } from '@typernetes/testing';
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

  it('works with the members that are there', async () => {
    const [gone] = await freePorts(1);
    for (const endpoints of [[`http://127.0.0.1:${gone}`, etcd.endpoint], [etcd.endpoint, `http://127.0.0.1:${gone}`]]) {
      const either = new EtcdStorage({ endpoints });
      // More than one of each: members are taken in turn.
      for (let i = 0; i < 4; i++) expect(await either.revision()).toBeGreaterThan(0);
      const key = `/either/${endpoints.indexOf(etcd.endpoint)}`;
      for (let i = 0; i < 4; i++) expect(await either.transact([{ type: 'put', key: `${key}/${i}`, value: value('x'), expected: 0 }])).toMatchObject({ type: 'committed' });
      expect((await either.list(`${key}/`)).entries).toHaveLength(4);
      await either.close();
    }
  }, 60_000);

  it('puts objects with a lifetime under a lease, and others under none', async () => {
    await storage.transact([{ type: 'put', key: '/leased/a', value: value('a'), expected: 0, ttlSeconds: 3_600 }]);
    await storage.transact([{ type: 'put', key: '/leased/b', value: value('b'), expected: 0, ttlSeconds: 3_600 }]);
    await storage.transact([{ type: 'put', key: '/leased/c', value: value('c'), expected: 0 }]);
    const client = new Etcd3({ hosts: etcd.endpoint });
    try {
      const { kvs } = await client.kv.range({ key: Buffer.from('/leased/'), range_end: Buffer.from('/leased0') });
      const [a, b, c] = kvs.map(({ lease }) => lease);
      expect([a !== '0', b === a, c]).toEqual([true, true, '0']);
      const { TTL, grantedTTL } = await client.leaseClient.leaseTimeToLive({ ID: a });
      expect(Number(grantedTTL)).toBe(3_660);
      expect(Number(TTL)).toBeGreaterThan(3_600);
    } finally {
      client.close();
    }
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

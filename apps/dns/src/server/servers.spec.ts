import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import * as dnsPacket from 'dns-packet';
import { systemClock } from '@typernetes/machinery';
import { CachingForwarder } from '../forward/forwarder';
import { upstreamExchange } from '../forward/upstream';
import { ClusterZone } from '../zone/cluster-zone';
import { Resolver } from './resolver';
import { listenTcp } from './tcp';
import { listenUdp } from './udp';

const host = '127.0.0.1';

function testResolver(): Resolver {
  const zone = new ClusterZone({ domain: 'cluster.local', ttl: 30 });
  zone.setService({ metadata: { name: 'a', namespace: 'default' }, spec: { clusterIP: '10.96.0.1' } });
  zone.setService({ metadata: { name: 'big', namespace: 'default' }, spec: { clusterIP: 'None' } });
  zone.setSlice({
    addressType: 'IPv4',
    metadata: { name: 'big', namespace: 'default', labels: { 'kubernetes.io/service-name': 'big' } },
    endpoints: Array.from({ length: 100 }, (_, i) => ({ addresses: [`10.244.0.${i}`] })),
  });
  return new Resolver({ zone });
}

function fail(error: unknown): void {
  throw error;
}

test('several questions on one TCP connection, split anywhere', async () => {
  const server = await listenTcp(host, 0, testResolver(), fail);
  const socket = connect((server.address() as AddressInfo).port, host);
  const question = (id: number): Buffer =>
    dnsPacket.streamEncode({ type: 'query', id, questions: [{ name: 'a.default.svc.cluster.local', type: 'A' }] });
  const bytes = Buffer.concat([question(1), question(2)]);
  socket.write(bytes.subarray(0, 5));
  setImmediate(() => socket.write(bytes.subarray(5)));
  const ids: number[] = [];
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      ids.push(dnsPacket.decode(received.subarray(2, end)).id ?? -1);
      received = received.subarray(end);
    }
    if (ids.length === 2) break;
  }
  expect(ids.sort()).toEqual([1, 2]);
  server.close();
});

test('a UDP question is answered to the asker', async () => {
  const server = await listenUdp(host, 0, testResolver(), fail);
  const client = createSocket('udp4');
  const reply = new Promise<Buffer>((resolve) => client.once('message', resolve));
  client.send(dnsPacket.encode({ type: 'query', id: 9, questions: [{ name: 'a.default.svc.cluster.local', type: 'A' }] }), server.address().port, host);
  expect(dnsPacket.decode(await reply)).toMatchObject({ id: 9, answers: [{ data: '10.96.0.1' }] });
  client.close();
  server.close();
});

test('one server forwards to another: by UDP, and by TCP when cut', async () => {
  const resolver = testResolver();
  const udp = await listenUdp(host, 0, resolver, fail);
  const tcp = await listenTcp(host, udp.address().port, resolver, fail);
  const exchange = upstreamExchange({ address: host, port: udp.address().port }, systemClock);
  const forwarder = new CachingForwarder([exchange], systemClock);
  expect((await forwarder.forward('a.default.svc.cluster.local', 'A')).answers).toMatchObject([{ data: '10.96.0.1' }]);
  expect((await forwarder.forward('big.default.svc.cluster.local', 'A')).answers).toHaveLength(100);
  udp.close();
  tcp.close();
});

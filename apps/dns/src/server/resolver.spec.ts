import * as dnsPacket from 'dns-packet';
import type { Forwarder } from '../forward/forwarder';
import { ClusterZone } from '../zone/cluster-zone';
import { Resolver, empty } from './resolver';

function testZone(): ClusterZone {
  const zone = new ClusterZone({ domain: 'cluster.local', ttl: 30 });
  zone.setNamespace({ metadata: { name: 'default' } });
  zone.setService({ metadata: { name: 'nginxsvc', namespace: 'default' }, spec: { clusterIP: '10.96.7.8' } });
  zone.setService({ metadata: { name: 'outside', namespace: 'default' }, spec: { type: 'ExternalName', externalName: 'example.com' } });
  return zone;
}

function setHeadless(zone: ClusterZone, name: string, count: number): void {
  zone.setService({ metadata: { name, namespace: 'default' }, spec: { clusterIP: 'None' } });
  zone.setSlice({
    addressType: 'IPv4',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    endpoints: Array.from({ length: count }, (_, i) => ({ addresses: [`10.244.${i >> 8}.${i & 255}`] })),
  });
}

function query(name: string, type: dnsPacket.RecordType, options: { id?: number; edns?: number; flags?: number } = {}): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id: options.id ?? 7,
    flags: options.flags ?? dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type, class: 'IN' }],
    additionals: options.edns
      ? [{ type: 'OPT', name: '.', udpPayloadSize: options.edns, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }]
      : [],
  });
}

const nginx = 'nginxsvc.default.svc.cluster.local';
const rcodeOf = (reply: Buffer | undefined): number => (reply ? reply.readUInt16BE(2) & 0xf : -1);

const world: Forwarder = {
  forward: (name) =>
    Promise.resolve(
      name === 'example.com'
        ? { ...empty('NOERROR', false), answers: [{ type: 'A', name, ttl: 60, data: '192.0.2.1' }] }
        : empty('NXDOMAIN', false),
    ),
};

describe('Resolver', () => {
  test('answers with authority, with the client’s id and spelling', async () => {
    const reply = await new Resolver({ zone: testZone() }).resolve(query('NginxSvc.default.svc.cluster.local', 'A', { id: 4242 }), 'udp');
    const packet = dnsPacket.decode(reply ?? Buffer.alloc(0));
    expect(packet).toMatchObject({ id: 4242, type: 'response', flag_aa: true, flag_rd: true, flag_ra: false });
    expect(packet.questions?.[0]?.name).toBe('NginxSvc.default.svc.cluster.local');
    expect(packet.answers).toMatchObject([{ type: 'A', ttl: 30, data: '10.96.7.8' }]);
  });

  test('a cached reply is readdressed, and dropped when the zone changes', async () => {
    const zone = testZone();
    const resolver = new Resolver({ zone });
    await resolver.resolve(query(nginx, 'A', { id: 1 }), 'udp');
    const cached = dnsPacket.decode((await resolver.resolve(query(nginx, 'A', { id: 2, flags: 0 }), 'udp')) ?? Buffer.alloc(0));
    expect(cached).toMatchObject({ id: 2, flag_rd: false });
    zone.setService({ metadata: { name: 'nginxsvc', namespace: 'default' }, spec: { clusterIP: '10.96.7.9' } });
    const fresh = dnsPacket.decode((await resolver.resolve(query(nginx, 'A'), 'udp')) ?? Buffer.alloc(0));
    expect(fresh.answers).toMatchObject([{ data: '10.96.7.9' }]);
  });

  test('negative answers carry the start of authority (RFC 2308)', async () => {
    const resolver = new Resolver({ zone: testZone() });
    const none = dnsPacket.decode((await resolver.resolve(query('nope.default.svc.cluster.local', 'A'), 'udp')) ?? Buffer.alloc(0));
    expect(none).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
    expect(none.authorities?.[0]).toMatchObject({ type: 'SOA', name: 'cluster.local' });
    const noData = dnsPacket.decode((await resolver.resolve(query(nginx, 'AAAA'), 'udp')) ?? Buffer.alloc(0));
    expect(noData).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(noData.authorities?.[0]?.type).toBe('SOA');
  });

  test('what does not fit into UDP is cut and comes whole over TCP', async () => {
    const zone = testZone();
    setHeadless(zone, 'big', 200);
    const resolver = new Resolver({ zone });
    const question = query('big.default.svc.cluster.local', 'A');
    const cut = (await resolver.resolve(question, 'udp')) ?? Buffer.alloc(0);
    expect(cut.length).toBeLessThanOrEqual(512);
    expect(dnsPacket.decode(cut).flag_tc).toBe(true);
    const whole = dnsPacket.decode((await resolver.resolve(question, 'tcp')) ?? Buffer.alloc(0));
    expect(whole.flag_tc).toBe(false);
    expect(whole.answers?.length).toBe(200);
  });

  test('EDNS0 gives more room and is answered in kind (RFC 6891)', async () => {
    const zone = testZone();
    setHeadless(zone, 'middle', 12);
    const resolver = new Resolver({ zone });
    const name = 'middle.default.svc.cluster.local';
    expect(dnsPacket.decode((await resolver.resolve(query(name, 'A'), 'udp')) ?? Buffer.alloc(0)).flag_tc).toBe(true);
    const roomy = dnsPacket.decode((await resolver.resolve(query(name, 'A', { edns: 1232 }), 'udp')) ?? Buffer.alloc(0));
    expect(roomy.answers?.length).toBe(12);
    expect(roomy.additionals?.[0]?.type).toBe('OPT');
  });

  test('addresses of a headless Service take turns at the front', async () => {
    const zone = testZone();
    setHeadless(zone, 'three', 3);
    const resolver = new Resolver({ zone });
    const first = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const reply = dnsPacket.decode((await resolver.resolve(query('three.default.svc.cluster.local', 'A'), 'udp')) ?? Buffer.alloc(0));
      const answer = reply.answers?.[0];
      if (answer?.type === 'A') first.add(answer.data);
    }
    expect(first.size).toBe(3);
  });

  test('other names: refused without an upstream, forwarded with one', async () => {
    const alone = new Resolver({ zone: testZone() });
    expect(rcodeOf(await alone.resolve(query('example.com', 'A'), 'udp'))).toBe(5);
    expect(rcodeOf(await alone.resolve(query('1.1.168.192.in-addr.arpa', 'PTR'), 'udp'))).toBe(3);
    const connected = new Resolver({ zone: testZone(), forwarder: world });
    const reply = dnsPacket.decode((await connected.resolve(query('example.com', 'A'), 'udp')) ?? Buffer.alloc(0));
    expect(reply).toMatchObject({ flag_aa: false, flag_ra: true, answers: [{ data: '192.0.2.1' }] });
  });

  test('an ExternalName is completed by the upstream', async () => {
    const resolver = new Resolver({ zone: testZone(), forwarder: world });
    const reply = dnsPacket.decode((await resolver.resolve(query('outside.default.svc.cluster.local', 'A'), 'udp')) ?? Buffer.alloc(0));
    expect(reply.answers).toMatchObject([
      { type: 'CNAME', data: 'example.com' },
      { type: 'A', data: '192.0.2.1' },
    ]);
  });

  const bad: [name: string, message: Buffer, rcode: number][] = [
    ['shorter than a header: nothing to answer', Buffer.from('hello'), -1],
    ['an answer: never answered', dnsPacket.encode({ type: 'response', id: 1, questions: [{ name: 'a', type: 'A' }] }), -1],
    ['a question that ends early', query(nginx, 'A').subarray(0, 20), 1],
    ['no question', dnsPacket.encode({ type: 'query', id: 1, questions: [] }), 1],
    ['two questions', dnsPacket.encode({ type: 'query', id: 1, questions: [{ name: 'a', type: 'A' }, { name: 'b', type: 'A' }] }), 1],
    ['another opcode', query(nginx, 'A', { flags: 0x2000 }), 4],
  ];
  test.each(bad)('bad input: %s', async (_name, message, rcode) => {
    expect(rcodeOf(await new Resolver({ zone: testZone() }).resolve(message, 'udp'))).toBe(rcode);
  });
});

import type { EndpointSlice, Service } from '@typernetes/api';
import { ClusterZone } from './cluster-zone';
import type { Lookup } from './records';

function service(name: string, spec: Service['spec'], namespace = 'default'): Service {
  return { metadata: { name, namespace }, spec };
}

function slice(serviceName: string, endpoints: EndpointSlice['endpoints'], ports: EndpointSlice['ports'] = []): EndpointSlice {
  return {
    addressType: 'IPv4',
    metadata: { name: `${serviceName}-abc`, namespace: 'default', labels: { 'kubernetes.io/service-name': serviceName } },
    endpoints,
    ports,
  };
}

function testZone(): ClusterZone {
  const zone = new ClusterZone({ domain: 'cluster.local', ttl: 30 });
  zone.setNamespace({ metadata: { name: 'default' } });
  zone.setNamespace({ metadata: { name: 'kube-system' } });
  zone.setService(service('kube-dns', { clusterIP: '10.96.0.10', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }, 'kube-system'));
  zone.setService(
    service('nginxsvc', {
      clusterIP: '10.96.7.8',
      clusterIPs: ['10.96.7.8', 'fd00::78'],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }, { name: 'https', port: 443 }],
    }),
  );
  zone.setService(service('pending', { ports: [{ port: 80 }] }));
  zone.setService(service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }));
  zone.setSlice(
    slice(
      'db',
      [
        { addresses: ['10.244.1.5'], hostname: 'db-0', conditions: { ready: true } },
        { addresses: ['10.244.2.6'], conditions: {} },
        { addresses: ['10.244.2.7'], conditions: { ready: false } },
      ],
      [{ name: 'sql', port: 5432, protocol: 'TCP' }],
    ),
  );
  zone.setService(service('early', { clusterIP: 'None', publishNotReadyAddresses: true }));
  zone.setSlice(slice('early', [{ addresses: ['10.244.1.9'], conditions: { ready: false } }]));
  zone.setService(service('empty', { clusterIP: 'None' }));
  zone.setService(service('outside', { type: 'ExternalName', externalName: 'Example.COM' }));
  zone.setService(service('inside', { type: 'ExternalName', externalName: 'nginxsvc.default.svc.cluster.local' }));
  zone.setService(service('loop-a', { type: 'ExternalName', externalName: 'loop-b.default.svc.cluster.local' }));
  zone.setService(service('loop-b', { type: 'ExternalName', externalName: 'loop-a.default.svc.cluster.local' }));
  return zone;
}

function show(found: Lookup): string[] {
  if (found.outcome === 'answer' || found.outcome === 'alias') {
    return found.records.map((record) => {
      const data =
        record.type === 'SRV' ? `${record.data.weight} ${record.data.port} ${record.data.target}` : record.type === 'SOA' ? 'soa' : record.data;
      return `${record.type} ${data}`;
    });
  }
  return [found.outcome];
}

const rows: [name: string, question: string, expected: string[]][] = [
  ['a Service has its address', 'A nginxsvc.default.svc.cluster.local', ['A 10.96.7.8']],
  ['its IPv6 address has a type of its own', 'AAAA nginxsvc.default.svc.cluster.local', ['AAAA fd00::78']],
  ['a single-stack Service has no AAAA, but a name', 'AAAA kube-dns.kube-system.svc.cluster.local', ['noData']],
  ['other types of an existing name', 'MX nginxsvc.default.svc.cluster.local', ['noData']],
  ['a Service without address yet', 'A pending.default.svc.cluster.local', ['noData']],
  ['unknown Service', 'A nope.default.svc.cluster.local', ['nxDomain']],
  ['unknown namespace', 'A nginxsvc.nope.svc.cluster.local', ['nxDomain']],
  ['namespace itself is an empty name', 'A default.svc.cluster.local', ['noData']],
  ['unknown namespace itself', 'A nope.svc.cluster.local', ['nxDomain']],
  ['svc itself', 'A svc.cluster.local', ['noData']],
  ['named port', 'SRV _http._tcp.nginxsvc.default.svc.cluster.local', ['SRV 100 8080 nginxsvc.default.svc.cluster.local']],
  ['port of default protocol', 'SRV _https._tcp.nginxsvc.default.svc.cluster.local', ['SRV 100 443 nginxsvc.default.svc.cluster.local']],
  ['wrong protocol', 'SRV _http._udp.nginxsvc.default.svc.cluster.local', ['nxDomain']],
  ['unknown port', 'SRV _ftp._tcp.nginxsvc.default.svc.cluster.local', ['nxDomain']],
  ['port name asked for an address', 'A _http._tcp.nginxsvc.default.svc.cluster.local', ['noData']],
  ['protocol alone is an empty name', 'SRV _tcp.nginxsvc.default.svc.cluster.local', ['noData']],
  ['nothing below an ordinary Service', 'A x.nginxsvc.default.svc.cluster.local', ['nxDomain']],
  ['headless: all ready endpoints', 'A db.default.svc.cluster.local', ['A 10.244.1.5', 'A 10.244.2.6']],
  ['headless: endpoint by hostname', 'A db-0.db.default.svc.cluster.local', ['A 10.244.1.5']],
  ['headless: endpoint without hostname by its address', 'A 10-244-2-6.db.default.svc.cluster.local', ['A 10.244.2.6']],
  ['headless: endpoint that is not ready', 'A 10-244-2-7.db.default.svc.cluster.local', ['nxDomain']],
  [
    'headless: SRV names each endpoint',
    'SRV _sql._tcp.db.default.svc.cluster.local',
    ['SRV 50 5432 db-0.db.default.svc.cluster.local', 'SRV 50 5432 10-244-2-6.db.default.svc.cluster.local'],
  ],
  ['publishNotReadyAddresses', 'A early.default.svc.cluster.local', ['A 10.244.1.9']],
  ['headless without endpoints has no name', 'A empty.default.svc.cluster.local', ['nxDomain']],
  ['ExternalName outside', 'A outside.default.svc.cluster.local', ['CNAME example.com']],
  ['ExternalName into the zone', 'A inside.default.svc.cluster.local', ['CNAME nginxsvc.default.svc.cluster.local', 'A 10.96.7.8']],
  ['ExternalName asked for the alias itself', 'CNAME inside.default.svc.cluster.local', ['CNAME nginxsvc.default.svc.cluster.local']],
  ['pod by its address', 'A 10-244-1-5.default.pod.cluster.local', ['A 10.244.1.5']],
  ['pod by its IPv6 address', 'AAAA fd00--1.default.pod.cluster.local', ['AAAA fd00::1']],
  ['pod in unknown namespace', 'A 10-244-1-5.nope.pod.cluster.local', ['nxDomain']],
  ['pod by nonsense', 'A hello.default.pod.cluster.local', ['nxDomain']],
  ['version of the schema', 'TXT dns-version.cluster.local', ['TXT 1.1.0']],
  ['name server', 'NS cluster.local', ['NS ns.dns.cluster.local']],
  ['address of the name server', 'A ns.dns.cluster.local', ['A 10.96.0.10']],
  ['start of authority', 'SOA cluster.local', ['SOA soa']],
  ['other names below the domain', 'A foo.cluster.local', ['nxDomain']],
  ['reverse of a Service', 'PTR 8.7.96.10.in-addr.arpa', ['PTR nginxsvc.default.svc.cluster.local']],
  ['reverse of an IPv6 Service', `PTR ${'8.7.0.0.'}${'0.'.repeat(24)}0.0.d.f.ip6.arpa`, ['PTR nginxsvc.default.svc.cluster.local']],
  ['reverse of a headless endpoint', 'PTR 5.1.244.10.in-addr.arpa', ['PTR db-0.db.default.svc.cluster.local']],
  ['reverse of an address nobody has', 'PTR 1.1.244.10.in-addr.arpa', ['notHere']],
  ['reverse of another network', 'PTR 1.1.168.192.in-addr.arpa', ['notHere']],
  ['a name of the world', 'A example.com', ['notHere']],
];

describe('ClusterZone (Kubernetes DNS-Based Service Discovery 1.1.0)', () => {
  test.each(rows)('%s', (_name, question, expected) => {
    const [type = '', name = ''] = question.split(' ');
    expect(show(testZone().lookup(name, type))).toEqual(expected);
  });

  test('a loop of ExternalNames ends', () => {
    const found = testZone().lookup('loop-a.default.svc.cluster.local', 'A');
    expect(found.outcome).toBe('answer');
    expect(show(found).length).toBe(8);
  });

  test('what is deleted is gone, in both directions', () => {
    const zone = testZone();
    zone.deleteService(service('nginxsvc', {}));
    expect(zone.lookup('nginxsvc.default.svc.cluster.local', 'A').outcome).toBe('nxDomain');
    expect(zone.lookup('8.7.96.10.in-addr.arpa', 'PTR').outcome).toBe('notHere');
    zone.deleteSlice(slice('db', []));
    expect(zone.lookup('db.default.svc.cluster.local', 'A').outcome).toBe('nxDomain');
  });

  test('a changed address moves the reverse name', () => {
    const zone = testZone();
    zone.setService(service('nginxsvc', { clusterIP: '10.96.7.9' }));
    expect(zone.lookup('8.7.96.10.in-addr.arpa', 'PTR').outcome).toBe('notHere');
    expect(show(zone.lookup('9.7.96.10.in-addr.arpa', 'PTR'))).toEqual(['PTR nginxsvc.default.svc.cluster.local']);
  });

  test('slices that come before their Service count', () => {
    const zone = testZone();
    zone.setSlice(slice('late', [{ addresses: ['10.244.9.9'], conditions: { ready: true } }]));
    zone.setService(service('late', { clusterIP: 'None' }));
    expect(show(zone.lookup('late.default.svc.cluster.local', 'A'))).toEqual(['A 10.244.9.9']);
  });

  test('every change moves the version', () => {
    const zone = testZone();
    const before = zone.version;
    zone.setNamespace({ metadata: { name: 'new' } });
    expect(zone.version).toBeGreaterThan(before);
  });
});

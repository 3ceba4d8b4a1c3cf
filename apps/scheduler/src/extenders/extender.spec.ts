import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@typernetes/component';
import { seededRandom } from '@typernetes/machinery';
import { ClusterCache } from '../cache/cluster-cache';
import { Nominator } from '../cache/nominator';
import type { ExtenderConfiguration } from '../config/configuration';
import { defaultProfileConfiguration } from '../config/configuration';
import { podInfoOf } from '../framework/pod-info';
import { buildProfile } from '../plugins/build-profile';
import { candidatesByExtenders, schedulePodWithExtenders } from './ask-extenders';
import { extenderCaller } from './call-extender';
import { Extender, type CallExtender } from './extender';

const config: ExtenderConfiguration = { urlPrefix: 'http://extender/', weight: 1, httpTimeoutMs: 5_000, nodeCacheCapable: true, managedResources: [], ignorable: false };
const pod = podInfoOf({ metadata: { uid: 'p', name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1', 'example.com/a': '1' } } }] } });

function context() {
  const cache = new ClusterCache();
  for (const name of ['a', 'b', 'c']) cache.setNode({ metadata: { name, labels: {} }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', 'example.com/a': '9' } } });
  return { profile: buildProfile(defaultProfileConfiguration()), snapshot: cache, nominator: new Nominator(), random: seededRandom(1), startIndex: 0 };
}

type Answers = Record<string, (body: Record<string, unknown>) => unknown>;

/** An extender that answers from a table of verbs, and the decision with it. */
function extender(more: Partial<ExtenderConfiguration>, answers: Answers): Extender {
  const call: CallExtender = async (url, body) => {
    const answer = answers[url.replace('http://extender/', '')];
    if (!answer) throw new Error(`failed ${url} with extender, code 404`);
    return JSON.parse(JSON.stringify(answer(body as Record<string, unknown>)));
  };
  return new Extender({ ...config, ...more }, call);
}

async function decide(...extenders: Extender[]): Promise<string> {
  const decision = await schedulePodWithExtenders(pod, context(), { extenders, logger: silentLogger });
  return decision.outcome === 'node' ? decision.nodeName : JSON.stringify([...decision.diagnosis.rejections].map(([node, { reasons, resolvable }]) => [node, ...reasons, resolvable]));
}

test('filters: who is left out is no choice', async () => {
  const onlyB = extender({ filterVerb: 'filter' }, { filter: ({ NodeNames }) => ({ NodeNames: (NodeNames as string[]).filter((name) => name === 'b'), FailedNodes: { a: 'no' } }) });
  expect(await decide(onlyB)).toBe('b');
});

test('filters in turn, each asked about what is left; why no node is left is told', async () => {
  const notA = extender({ filterVerb: 'filter' }, { filter: () => ({ nodenames: ['b', 'c'], failedNodes: { a: 'is full' } }) });
  const none = extender({ filterVerb: 'filter', nodeCacheCapable: false }, { filter: ({ Nodes }) => ({ Nodes: { items: [] }, FailedAndUnresolvableNodes: Object.fromEntries((Nodes as { items: { metadata: { name: string } }[] }).items.map((node) => [node.metadata.name, 'never'])) }) });
  expect(JSON.parse(await decide(notA, none))).toEqual([['a', 'is full', true], ['b', 'never', false], ['c', 'never', false]]);
});

test('scores are weighed against those of the plugins', async () => {
  const prefersC = extender({ prioritizeVerb: 'score', weight: 5 }, { score: () => [{ Host: 'a', Score: 1 }, { Host: 'c', Score: 10 }] });
  expect(await decide(prefersC)).toBe('c');
});

test('what fails ends the attempt, unless it may be ignored', async () => {
  const broken = { filterVerb: 'gone' };
  await expect(decide(extender(broken, {}))).rejects.toThrow('failed http://extender/gone with extender, code 404');
  expect(['a', 'b', 'c']).toContain(await decide(extender({ ...broken, ignorable: true }, {})));
  await expect(decide(extender({ filterVerb: 'filter' }, { filter: () => ({ Error: 'out of order' }) }))).rejects.toThrow('out of order');
  await expect(decide(extender({ filterVerb: 'filter' }, { filter: () => ({ NodeNames: ['x'] }) }))).rejects.toThrow('extender claims a filtered node "x" which is not found in the input node list');
});

test('one that manages resources is asked about pods that want them', () => {
  const manages = (name: string): boolean => extender({ managedResources: [{ name, ignoredByScheduler: true }] }, {}).isInterestedIn(pod);
  expect([manages('example.com/a'), manages('example.com/b')]).toEqual([true, false]);
});

test('preemption: candidates and victims may only become fewer', async () => {
  const victim = (uid: string) => podInfoOf({ metadata: { uid, name: uid, namespace: 'default' }, spec: { containers: [] } });
  const candidates = [{ nodeName: 'a', victims: [victim('x')], violations: 0 }, { nodeName: 'b', victims: [victim('y'), victim('z')], violations: 1 }];
  const left = async (answer: unknown) =>
    (await candidatesByExtenders(pod, { candidates, message: '' }, { extenders: [extender({ preemptVerb: 'preempt' }, { preempt: () => ({ NodeNameToMetaVictims: answer }) })], logger: silentLogger })).candidates.map(
      ({ nodeName, victims, violations }) => [nodeName, victims.map(({ uid }) => uid), violations],
    );
  expect(await left({ b: { Pods: [{ UID: 'z' }], NumPDBViolations: 0 } })).toEqual([['b', ['z'], 0]]);
  await expect(left({ c: { Pods: [] } })).rejects.toThrow('that was not among those it was asked about');
  await expect(left({ a: { Pods: [{ UID: 'z' }] } })).rejects.toThrow('that are not found there');
});

describe('over HTTP', () => {
  const bodies: unknown[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      bodies.push([request.method, request.url, request.headers['content-type'], JSON.parse(body)]);
      if (request.url === '/ext/slow') return;
      response.writeHead(request.url === '/ext/bind' ? 200 : 503);
      response.end(request.url === '/ext/bind' ? '{"Error":"the node is gone"}' : 'no');
    });
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const caller = (httpTimeoutMs = 5_000) => extenderCaller({ ...config, urlPrefix: 'http://extender', httpTimeoutMs });
  const url = (verb: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/ext/${verb}`;

  test('binds, and hears why not', async () => {
    const { call, close } = caller();
    const binder = new Extender({ ...config, urlPrefix: url('').slice(0, -1), bindVerb: 'bind' }, call);
    await expect(binder.bind(pod, 'a')).rejects.toThrow('the node is gone');
    expect(bodies).toEqual([['POST', '/ext/bind', 'application/json', { PodName: 'p', PodNamespace: 'default', PodUID: 'p', Node: 'a' }]]);
    close();
  });

  test('other codes than 200 are errors, and so is silence', async () => {
    const patient = caller();
    await expect(patient.call(url('filter'), {})).rejects.toThrow(`failed ${url('filter')} with extender, code 503`);
    patient.close();
    const impatient = caller(50);
    await expect(impatient.call(url('slow'), {})).rejects.toThrow('abort');
    impatient.close();
  });
});

import { parse } from 'yaml';
import { behaviourOf } from './behaviour';
import { simulationFrom } from './simulation';

const read = (text: string) => simulationFrom(parse(text), 'sim.yaml');
const behaviour = (text: string, { labels = {}, namespace = 'default', container = 'web' }: { labels?: Record<string, string>; namespace?: string; container?: string } = {}) =>
  behaviourOf(read(text).settingsFor({ labels, namespace, container }), 0);

describe('simulationFrom', () => {
  const text = `
pods:
- behaviour: { start-delay: 1s, cpu: 10m }
- selector: app in (web, api)
  behaviour: { start-delay: 2s }
- selector: app=web
  namespace: shop
  container: web
  behaviour: { exit-code: 3, run-for: 5s, logs: [one, two], exec: [{ command: date, output: now }] }
nodes:
- { name: node-2, cpu: 2, memory: 4Gi, labels: { zone: a }, fail-after: 30s, recover-after: 2m }
`;

  it.each([
    ['whatever is named by no rule', {}, { startDelayMs: 1_000, cpuCores: 0.01 }],
    ['the last rule that says something', { labels: { app: 'api' } }, { startDelayMs: 2_000, cpuCores: 0.01, exitCode: 0 }],
    ['another namespace', { labels: { app: 'web' } }, { startDelayMs: 2_000, exitCode: 0, logs: [] }],
    ['another container', { labels: { app: 'web' }, namespace: 'shop', container: 'sidecar' }, { startDelayMs: 2_000, exitCode: 0 }],
    ['all that fit', { labels: { app: 'web' }, namespace: 'shop' }, { startDelayMs: 2_000, cpuCores: 0.01, exitCode: 3, runForMs: 5_000, logs: ['one', 'two'], exec: [{ command: ['date'], output: 'now', exitCode: 0 }] }],
  ])('takes %s', (_what, subject, expected) => {
    expect(behaviour(text, subject)).toMatchObject(expected);
  });

  it('plans nodes', () => {
    expect(read(text).planFor('node-2')).toEqual({ cpus: 2, memoryBytes: 4 * 2 ** 30, labels: { zone: 'a' }, failAfterMs: 30_000, recoverAfterMs: 120_000 });
    expect(read(text).planFor('node-1')).toEqual({});
  });

  it('takes an empty document for none', () => {
    expect(behaviour('')).toMatchObject({ startDelayMs: 0 });
  });

  it.each([
    ['[]', 'sim.yaml: must be a mapping'],
    ['pod: []', 'sim.yaml: pod: unknown field, must be one of pods, nodes'],
    ['pods: {}', 'sim.yaml: pods: must be a list'],
    ['pods: [{}]', 'sim.yaml: pods[0].behaviour: required'],
    ['pods: [{ behaviour: { runs-for: 1s } }]', 'sim.yaml: pods[0].behaviour.runs-for: unknown field, must be one of start-delay, '],
    ['pods: [{ behaviour: {} }, { behaviour: { run-for: soon } }]', 'sim.yaml: pods[1].behaviour.run-for: invalid duration "soon"'],
    ['pods: [{ behaviour: { run-for: [] } }]', 'sim.yaml: pods[0].behaviour.run-for: must be a text'],
    ['pods: [{ behaviour: { logs: [{}] } }]', 'sim.yaml: pods[0].behaviour.logs[0]: must be a text'],
    ['pods: [{ behaviour: { exec: [{ output: a }] } }]', 'sim.yaml: pods[0].behaviour.exec: [0].command: neither a command line nor its words'],
    ['pods: [{ selector: "a in", behaviour: {} }]', 'sim.yaml: pods[0].selector: '],
    ['nodes: [{}]', 'sim.yaml: nodes[0].name: required'],
    ['nodes: [{ name: a }, { name: a }]', 'sim.yaml: nodes[1].name: "a" is there twice'],
    ['nodes: [{ name: a, recover-after: 1s }]', 'sim.yaml: nodes[0].recover-after: needs fail-after'],
    ['nodes: [{ name: a, fail-after: 1 }]', 'sim.yaml: nodes[0].fail-after: invalid duration "1"'],
    ['nodes: [{ name: a, memory: lots }]', 'sim.yaml: nodes[0].memory: '],
  ])('refuses %s', (document, message) => {
    expect(() => read(document)).toThrow(message);
  });
});

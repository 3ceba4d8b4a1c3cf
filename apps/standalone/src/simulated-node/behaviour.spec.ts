import { behaviourOf } from './behaviour';
import { annotationSettings } from './settings';

const of = (annotations: Record<string, string>, attempt = 0) =>
  behaviourOf(annotationSettings(Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`simulate.typernetes.io/${key}`, value])), 'web'), attempt);

describe('behaviourOf', () => {
  it('lets a container run until it is stopped when nothing is said', () => {
    expect(of({})).toEqual({ startDelayMs: 0, readyDelayMs: 0, exitCode: 0, logs: [], exec: [], execOutput: '', execExitCode: 0, cpuCores: 0.001, memoryBytes: 4 << 20 });
  });

  it.each([
    [{ 'start-delay': '2s' }, { startDelayMs: 2_000 }],
    [{ 'ready-delay': '1m30s' }, { readyDelayMs: 90_000 }],
    [{ 'run-for': '500ms', 'exit-code': '3' }, { runForMs: 500, exitCode: 3 }],
    [{ 'run-for': '1h', 'run-for.web': '1s' }, { runForMs: 1_000 }],
    [{ 'run-for': '1h', 'run-for.other': '1s' }, { runForMs: 3_600_000 }],
    [{ 'fail-after': '10s' }, { failAfterMs: 10_000 }],
    [{ logs: 'one\ntwo\n' }, { logs: ['one', 'two'] }],
    [{ exec: '[{ command: date, output: now }]' }, { exec: [{ command: ['date'], output: 'now', exitCode: 0 }] }],
    [{ cpu: '250m', memory: '1Gi' }, { cpuCores: 0.25, memoryBytes: 2 ** 30 }],
  ])('reads %j', (annotations, expected) => {
    expect(of(annotations)).toMatchObject(expected);
  });

  it.each([
    [{ crashes: '2' }, 0, { runForMs: 0, exitCode: 1 }],
    [{ crashes: '2', 'run-for': '1s', 'exit-code': '7' }, 1, { runForMs: 1_000, exitCode: 7 }],
    [{ crashes: '2', 'run-for': '1s', 'exit-code': '7' }, 2, { runForMs: undefined, exitCode: 0 }],
  ])('counts crashes: %j at try %d', (annotations, attempt, expected) => {
    const { runForMs, exitCode } = of(annotations, attempt);
    expect({ runForMs, exitCode }).toEqual(expected);
  });

  it.each([
    [{ 'exit-code': '256' }, 'annotation simulate.typernetes.io/exit-code: "256" is no exit code'],
    [{ 'run-for': 'long' }, 'annotation simulate.typernetes.io/run-for: '],
    [{ 'memory.web': 'much' }, 'annotation simulate.typernetes.io/memory.web: '],
    [{ crashes: 'often' }, 'annotation simulate.typernetes.io/crashes: "often" is no count'],
    [{ exec: '[{}]' }, 'annotation simulate.typernetes.io/exec: [0].command: '],
  ])('names what it cannot read: %j', (annotations, message) => {
    expect(() => of(annotations)).toThrow(message);
  });
});

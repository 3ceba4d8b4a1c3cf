import { outcomeOf } from './state';

const ended = { Status: 'exited', ExitCode: 0, Error: '', OOMKilled: false, StartedAt: '2026-01-02T03:04:05Z', FinishedAt: '2026-01-02T03:04:06Z' };

test.each([
  ['completed', ended, 'Completed', 0],
  ['failed', { ...ended, ExitCode: 3 }, 'Error', 3],
  ['killed for memory', { ...ended, ExitCode: 137, OOMKilled: true }, 'OOMKilled', 137],
  ['not started', { ...ended, Status: 'created', ExitCode: 127, Error: 'no such file' }, 'StartError', 128],
  ['created', { ...ended, Status: 'created' }, '', 0],
  ['running', { ...ended, Status: 'running' }, '', 0],
])('%s', (_name, state, reason, exitCode) => {
  expect(outcomeOf(state, 5n)).toMatchObject({ reason, exitCode });
});

import { EnvironmentError } from '@typernetes/component';
import { UnusableDirectoryError } from '@typernetes/storage';
import { startProblem } from './start-problem';

const given = { address: '127.0.0.1:6443', dataDir: '/d' };
const systemError = (fields: object): Error => Object.assign(new Error("ENOTDIR: not a directory, mkdir '/d/pki'"), fields);

test.each<[Error, string]>([
  [new UnusableDirectoryError('/d/store is in use by process 7'), '--data-dir /d: /d/store is in use by process 7'],
  [systemError({ code: 'EADDRINUSE', syscall: 'listen' }), 'cannot listen on 127.0.0.1:6443: another program listens there; choose another one with --port, or 0 for any free one'],
  [systemError({ code: 'ENOTDIR', syscall: 'mkdir', path: '/d/pki' }), "--data-dir /d: ENOTDIR: not a directory, mkdir '/d/pki'"],
])('%s', (error, message) => {
  const problem = startProblem(error, given);
  expect(problem).toBeInstanceOf(EnvironmentError);
  expect(problem).toMatchObject({ message, exitCode: 1, cause: error });
});

test('our own mistakes stay as they are', () => {
  const mistake = new TypeError('x is undefined');
  expect(startProblem(mistake, given)).toBe(mistake);
});

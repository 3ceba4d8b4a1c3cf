import { CommandError } from '../run-command';
import { engineProblem, stateOf } from './engine';

it.each<[number | null, string, string]>([
  [null, 'spawn docker ENOENT', 'missing'],
  [1, 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock', 'forbidden'],
  [1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?', 'stopped'],
])('code %s, "%s": %s', (code, stderr, state) => {
  expect(stateOf(new CommandError(['docker', 'version'], code, stderr))).toBe(state);
});

const root = { isRoot: true, isDebian: true };
const user = { isRoot: false, isDebian: true };

it.each<[Parameters<typeof engineProblem>[0], Parameters<typeof engineProblem>[1], string | undefined, string?]>([
  ['running', user, undefined],
  ['missing', root, undefined],
  ['stopped', root, undefined],
  ['missing', user, 'Docker is not installed.', 'https://docs.docker.com/get-docker/'],
  ['missing', { isRoot: true, isDebian: false }, 'Docker is not installed.', 'Install'],
  ['forbidden', user, 'You may not use Docker.', 'usermod -aG docker'],
  ['stopped', user, 'Docker is not running.', 'systemctl start docker'],
  ['stopped', { ...root, dockerHost: 'tcp://192.0.2.9:2375' }, 'No Docker answers at DOCKER_HOST (tcp://192.0.2.9:2375).', 'unset DOCKER_HOST'],
])('%s for %j: %s', (state, host, message, next = '') => {
  const problem = engineProblem(state, host);
  expect(problem?.message).toBe(message);
  expect(problem?.nextStep ?? '').toContain(next);
});

import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '@typernetes/machinery';
import { t8sHome } from '../cluster/paths';
import { docker, dockerSucceeds } from '../docker/docker';
import { Problem } from '../problem';
import { CommandError, runCommand } from '../run-command';

const startTimeoutMs = 60_000;
const pidFile = (): string => path.join(t8sHome(), 'dockerd.pid');
const isRoot = (): boolean => process.getuid?.() === 0;
const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

export type EngineState = 'running' | 'missing' | 'forbidden' | 'stopped';

/** What a failed `docker version` says about the Engine. */
export function stateOf({ code, stderr }: CommandError): EngineState {
  if (code === null) return 'missing';
  return /permission denied/i.test(stderr) ? 'forbidden' : 'stopped';
}

export async function engineState(): Promise<EngineState> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}']);
    return 'running';
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return stateOf(error);
  }
}

/** What only the user can do about it; undefined where we may install or start Docker ourselves. */
export function engineProblem(state: EngineState, host: { isRoot: boolean; isDebian: boolean; dockerHost?: string | undefined }): Problem | undefined {
  if (state === 'forbidden') return new Problem('You may not use Docker.', 'Join its group (sudo usermod -aG docker $USER), log in again, then run this again.');
  if (state === 'missing' && !(host.isRoot && host.isDebian)) {
    return new Problem('Docker is not installed.', 'Install Docker Engine or Docker Desktop (https://docs.docker.com/get-docker/), then run this again.');
  }
  if (state === 'stopped' && host.dockerHost) return new Problem(`No Docker answers at DOCKER_HOST (${host.dockerHost}).`, 'Start it there, or unset DOCKER_HOST.');
  if (state === 'stopped' && !host.isRoot) return new Problem('Docker is not running.', 'Start it (sudo systemctl start docker, or open Docker Desktop), then run this again.');
  return undefined;
}

async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['-qq', 'update'], { env });
  await runCommand('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'docker.io'], { env });
}

/** Where systemd runs it starts Docker; elsewhere we start the daemon, and `down` ends it. */
async function start(clock: Clock): Promise<void> {
  if (await exists('/run/systemd/system')) {
    await runCommand('systemctl', ['start', 'docker']);
  } else {
    await mkdir(t8sHome(), { recursive: true, mode: 0o700 });
    const log = openSync(path.join(t8sHome(), 'dockerd.log'), 'a');
    const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
    daemon.on('error', () => undefined);
    daemon.unref();
    await writeFile(pidFile(), String(daemon.pid ?? ''));
  }
  const deadline = clock.monotonic() + startTimeoutMs;
  while (!(await dockerSucceeds(['version']))) {
    if (clock.monotonic() > deadline) throw new Problem('Docker was started but does not answer.', `Read its log, ${path.join(t8sHome(), 'dockerd.log')}.`);
    await clock.sleep(300);
  }
}

/**
 * Sees to it that Docker answers: installs and starts it where we may.
 * @throws Problem where only the user can
 */
export async function ensureEngine(clock: Clock): Promise<void> {
  const host = { isRoot: isRoot(), isDebian: await exists('/etc/debian_version'), dockerHost: process.env['DOCKER_HOST'] };
  const stateOrProblem = async (): Promise<EngineState> => {
    const state = await engineState();
    const problem = engineProblem(state, host);
    if (problem) throw problem;
    return state;
  };
  let state = await stateOrProblem();
  if (state === 'missing') {
    await install();
    state = await stateOrProblem();
  }
  if (state !== 'running') await start(clock);
}

/** Ends the Docker daemon if it was us who started it. */
export async function stopOwnEngine(): Promise<void> {
  const pid = Number(await readFile(pidFile(), 'utf8').catch(() => ''));
  if (!pid) return;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  // After a reboot the number may be another process's.
  if (name.trim() === 'dockerd') process.kill(pid, 'SIGTERM');
  await rm(pidFile(), { force: true });
}

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

type EngineState = 'running' | 'missing' | 'forbidden' | 'stopped';

async function engineState(): Promise<EngineState> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}']);
    return 'running';
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code === null) return 'missing';
    return /permission denied/i.test(error.stderr) ? 'forbidden' : 'stopped';
  }
}

async function install(): Promise<void> {
  if (!isRoot() || !(await exists('/etc/debian_version'))) {
    throw new Problem('Docker is not installed.', 'Install Docker Engine or Docker Desktop (https://docs.docker.com/get-docker/), then run this again.');
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['-qq', 'update'], { env });
  await runCommand('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'docker.io'], { env });
}

/** Where systemd runs it starts Docker; elsewhere we start the daemon, and `down` ends it. */
async function start(clock: Clock): Promise<void> {
  if (!isRoot()) {
    throw new Problem('Docker is not running.', 'Start it (sudo systemctl start docker, or open Docker Desktop), then run this again.');
  }
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
  let state = await engineState();
  if (state === 'missing') {
    await install();
    state = await engineState();
  }
  if (state === 'forbidden') {
    throw new Problem('You may not use Docker.', 'Join its group (sudo usermod -aG docker $USER), log in again, then run this again.');
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

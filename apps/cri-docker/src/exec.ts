import type { Duplex } from 'node:stream';
import type { Exec } from 'dockerode';
import type { Runtime } from './runtime';

export interface ExecWishes {
  containerId: string;
  command: readonly string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

export interface RunningExec {
  exec: Exec;
  /** Raw with a terminal, else Docker's multiplexed stream. Ending it ends the command's stdin. */
  stream: Duplex;
}

/** Starts a command in a running container. */
export async function startExec(runtime: Runtime, wishes: ExecWishes): Promise<RunningExec> {
  const exec = await runtime.docker.getContainer(wishes.containerId).exec({
    Cmd: [...wishes.command],
    AttachStdin: wishes.stdin,
    AttachStdout: wishes.stdout,
    AttachStderr: wishes.stderr && !wishes.tty,
    Tty: wishes.tty,
  });
  const stream = await exec.start({ hijack: true, stdin: wishes.stdin, Tty: wishes.tty });
  return { exec, stream };
}

const exitPollMs = 10;
const exitPollsMax = 500;

/** The exit code after the output has ended; the engine tells it a moment later. */
export async function exitCodeOf(runtime: Runtime, exec: Exec): Promise<number> {
  for (let poll = 0; poll < exitPollsMax; poll++) {
    const { Running, ExitCode } = await exec.inspect();
    if (!Running && ExitCode !== null) return ExitCode;
    await runtime.clock.sleep(exitPollMs);
  }
  throw new Error('the command closed its output but has not ended');
}

/** Kills the command; its process id is one of this node's. Gone already is fine. */
export async function killExec(exec: Exec): Promise<void> {
  const { Running, Pid } = await exec.inspect();
  if (!Running || !Pid) return;
  try {
    process.kill(Pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UnusableDirectoryError } from './unusable-directory';

/** Directories that stores of this process hold. */
const held = new Set<string>();

/** What tells a process from a later one of the same number; undefined when it has ended, or where the system does not say. */
function startOf(pid: number): string | undefined {
  try {
    // The command's name, in brackets, may have blanks; field 22 is the start, in ticks since the machine's.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number, start: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const present = startOf(pid);
  return present === undefined || !start || present === start;
}

/** The living process that holds the directory. */
function holderOf(file: string): number | undefined {
  const [pid = '', start] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  if (!/^\d+$/.test(pid)) return undefined;
  // Our own number in a directory that we do not hold is from a process of before, as in a container that starts anew.
  return Number(pid) !== process.pid && isAlive(Number(pid), start) ? Number(pid) : undefined;
}

/**
 * Keeps a second store away from a directory: each numbers its writes by itself, so two would spoil the data of both.
 * What a killed process has left behind does not count.
 * @returns what gives the directory free. @throws UnusableDirectoryError that names who holds it
 */
export function lockDirectory(directory: string): () => void {
  const whole = path.resolve(directory);
  if (held.has(whole)) throw new UnusableDirectoryError(`${directory} is in use by this process`);
  const file = path.join(whole, 'holder.pid');
  write(file, directory);
  held.add(whole);
  return () => {
    rmSync(file, { force: true });
    held.delete(whole);
  };
}

/** Written aside and linked: whoever finds the file finds a name in it. */
function write(file: string, directory: string): void {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, `${process.pid}\n${startOf(process.pid) ?? ''}\n`, { mode: 0o600 });
  try {
    while (!tryLink(aside, file)) {
      const holder = holderOf(file);
      if (holder !== undefined) throw new UnusableDirectoryError(`${directory} is in use by process ${holder}`);
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

function tryLink(aside: string, file: string): boolean {
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '@typernetes/machinery';
import { cniTimeoutMs } from '../limits';

export interface PluginCall {
  command: 'ADD' | 'DEL' | 'CHECK';
  containerId: string;
  /** Path of the network namespace; empty in a DEL after the namespace has gone. */
  netns: string;
  ifName: string;
  args: Record<string, string>;
  /** Written to the plugin's stdin. */
  config: object;
}

/** The directory of `binDirs` that has the plugin. @throws Error when none has */
export async function findPlugin(type: string, binDirs: readonly string[]): Promise<string> {
  for (const dir of binDirs) {
    const file = path.join(dir, type);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new Error(`CNI plugin "${type}" not found in ${binDirs.join(', ')}`);
}

/** The text of a failed plugin: its error object on stdout, or what it wrote to stderr. */
export function pluginErrorText(type: string, stdout: string, stderr: string): string {
  try {
    const error = JSON.parse(stdout) as { msg?: string; details?: string };
    return `plugin type="${type}" failed: ${[error.msg, error.details].filter(Boolean).join('; ')}`;
  } catch (notJson) {
    return `plugin type="${type}" failed: ${(stderr || stdout).trim() || String(notJson)}`;
  }
}

/** Runs one plugin by the CNI protocol. Gives its result (nothing for DEL). @throws Error with the plugin's own message */
export async function callPlugin(type: string, call: PluginCall, binDirs: readonly string[], clock: Clock): Promise<unknown> {
  const file = await findPlugin(type, binDirs);
  const child = spawn(file, [], {
    env: {
      PATH: process.env.PATH,
      CNI_COMMAND: call.command,
      CNI_CONTAINERID: call.containerId,
      CNI_NETNS: call.netns,
      CNI_IFNAME: call.ifName,
      CNI_PATH: binDirs.join(':'),
      CNI_ARGS: Object.entries(call.args)
        .map(([key, value]) => `${key}=${value}`)
        .join(';'),
    },
  });
  const cancel = clock.after(cniTimeoutMs, () => child.kill('SIGKILL'));
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
    // A plugin that ends without reading is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(call.config));
  }).finally(cancel);
  const output = Buffer.concat(stdout).toString();
  if (code !== 0) throw new Error(pluginErrorText(type, output, Buffer.concat(stderr).toString()));
  return output.trim() === '' ? undefined : JSON.parse(output);
}

import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { NodeFacts } from './sandbox-options';

const sysResource = 1n << 24n;
const lowestPossible = -1_000;

/** Whether the effective capabilities in the text of /proc/self/status have CAP_SYS_RESOURCE. */
export function hasSysResource(procStatus: string): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(procStatus)?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) & sysResource) !== 0n;
}

interface EngineInfo {
  CgroupDriver?: string;
  CgroupVersion?: string;
  ServerVersion: string;
  SecurityOptions?: string[];
  Runtimes?: Record<string, unknown>;
}

/** Asks the engine and this process: both live on the same node with the same rights. */
export async function nodeFacts(docker: Docker): Promise<NodeFacts> {
  const info = (await docker.info()) as EngineInfo;
  const options = info.SecurityOptions ?? [];
  const privileged = hasSysResource(await readFile('/proc/self/status', 'utf8'));
  const own = Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
  return {
    cgroupDriver: info.CgroupDriver === 'systemd' ? 'systemd' : 'cgroupfs',
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    engineVersion: info.ServerVersion,
    runtimes: Object.keys(info.Runtimes ?? {}).sort(),
    lowestOomScoreAdj: privileged ? lowestPossible : own,
    seccomp: options.some((option) => option.startsWith('name=seccomp')),
    apparmor: options.some((option) => option.startsWith('name=apparmor')),
  };
}

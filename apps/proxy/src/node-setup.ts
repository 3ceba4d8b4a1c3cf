import { readFile, writeFile } from 'node:fs/promises';
import ipaddr from 'ipaddr.js';
import type { RunCommand } from './command';
import type { Logger } from '@typernetes/component';

/** Writes a sysctl unless it has the value already. Gives whether it has it now. */
export async function setSysctl(name: string, value: string, logger: Logger): Promise<boolean> {
  const file = `/proc/sys/${name}`;
  const current = await readFile(file, 'utf8').catch(() => undefined);
  if (current?.trim() === value) return true;
  try {
    await writeFile(file, value);
    return true;
  } catch (error) {
    logger.warn({ err: error, sysctl: name, value }, 'sysctl could not be set');
    return false;
  }
}

interface ListedInterface {
  addr_info?: { family?: string; local?: string }[];
}

/** Local addresses in the given CIDRs; `primary` stands for the node's own address. */
export async function nodePortAddresses(run: RunCommand, wanted: readonly string[], nodeIP: string): Promise<string[]> {
  const cidrs = wanted.filter((entry) => entry !== 'primary').map((entry) => ipaddr.parseCIDR(entry));
  const primary = wanted.includes('primary') ? [nodeIP] : [];
  if (cidrs.length === 0) return primary;
  const interfaces = JSON.parse(await run('ip', ['-j', '-4', 'addr', 'show'])) as ListedInterface[];
  const local = interfaces.flatMap(({ addr_info = [] }) => addr_info.flatMap((entry) => entry.local ?? []));
  const matching = local.filter((ip) => cidrs.some(([network, bits]) => network.kind() === 'ipv4' && ipaddr.parse(ip).match(network, bits)));
  return [...new Set([...primary, ...matching])];
}

/** Prepares the kernel. Gives whether packets between pods of one bridge pass the rules. */
export async function prepareKernel(
  options: { loopbackNodePorts: boolean },
  run: RunCommand,
  logger: Logger,
): Promise<{ bridgeNetfilter: boolean }> {
  await setSysctl('net/ipv4/ip_forward', '1', logger);
  if (options.loopbackNodePorts) await setSysctl('net/ipv4/conf/all/route_localnet', '1', logger);
  await run('modprobe', ['br_netfilter']).catch((error: unknown) => {
    logger.debug({ err: error }, 'br_netfilter could not be loaded; it may be there already');
  });
  return { bridgeNetfilter: await setSysctl('net/bridge/bridge-nf-call-iptables', '1', logger) };
}

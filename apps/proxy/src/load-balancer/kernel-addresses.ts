import type { RunCommand } from '../command';
import { CommandError } from '../command';
import { addressLabel, announcements } from '../limits';
import type { Logger } from '@typernetes/component';

interface ListedInterface {
  ifname?: string;
  addr_info?: { family?: string; local?: string; label?: string }[];
}

/** Puts the load balancer addresses that this node owns on its main interface, and tells the neighbours. */
export class KernelAddresses {
  private device: string | undefined;

  constructor(
    private readonly run: RunCommand,
    private readonly nodeIP: string,
    private readonly logger: Logger,
  ) {}

  /** @throws CommandError; Error when no interface has the node's address */
  async apply(desired: readonly string[]): Promise<void> {
    const device = await this.mainDevice();
    const present = await this.labelled(device);
    for (const ip of present) {
      if (!desired.includes(ip)) await this.run('ip', ['addr', 'del', `${ip}/32`, 'dev', device]);
    }
    for (const ip of desired) {
      if (present.includes(ip)) continue;
      await this.run('ip', ['addr', 'add', `${ip}/32`, 'dev', device, 'label', `${device}:${addressLabel}`]);
      this.announce(ip, device);
    }
  }

  private async labelled(device: string): Promise<string[]> {
    const interfaces = JSON.parse(await this.run('ip', ['-j', '-4', 'addr', 'show', 'dev', device])) as ListedInterface[];
    const addresses = interfaces.flatMap(({ addr_info = [] }) => addr_info);
    return addresses.filter(({ label }) => label === `${device}:${addressLabel}`).flatMap(({ local }) => local ?? []);
  }

  /** Neighbours that remember the former owner's hardware address learn the new one. Not being heard only costs time. */
  private announce(ip: string, device: string): void {
    announce(this.run, ip, device).catch((error: unknown) => {
      this.logger.warn({ err: error, ip }, 'gratuitous ARP could not be sent');
    });
  }

  private async mainDevice(): Promise<string> {
    if (this.device) return this.device;
    const interfaces = JSON.parse(await this.run('ip', ['-j', '-4', 'addr', 'show'])) as ListedInterface[];
    const found = interfaces.find(({ addr_info = [] }) => addr_info.some(({ local }) => local === this.nodeIP));
    if (!found?.ifname) throw new Error(`no interface has the node's address ${this.nodeIP}`);
    this.device = found.ifname;
    return found.ifname;
  }
}

/**
 * There are two programs of this name. Thomas Habets' needs to be told the source, and ends with 1 since nobody answers
 * an announcement; the one of iputils does not know that option.
 */
async function announce(run: RunCommand, ip: string, device: string): Promise<void> {
  const count = String(announcements);
  try {
    await run('arping', ['-U', '-c', count, '-S', ip, '-i', device, ip]);
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode === null) throw error;
    if (/invalid option|unrecognized/.test(error.stderr)) await run('arping', ['-U', '-c', count, '-I', device, ip]);
    else if (error.exitCode !== 1) throw error;
  }
}

import type { RunCommand } from '../command';
import { blackholeDevice, routeProtocol } from '../limits';
import type { Route } from './desired-routes';
import { routeCommands } from './desired-routes';

interface ListedRoute {
  dst: string;
  gateway?: string;
  dev?: string;
  prefsrc?: string;
}

/** `ip -j route`'s own spelling of what we asked for. */
export function listedRoute({ dst, gateway, dev, prefsrc }: ListedRoute): Route {
  return { destination: dst, path: gateway ? `via ${gateway}` : `dev ${dev}${prefsrc ? ` src ${prefsrc}` : ''}` };
}

/** Makes the kernel's routes of our protocol number the desired ones. */
export class KernelRoutes {
  constructor(private readonly run: RunCommand) {}

  async apply(desired: readonly Route[]): Promise<void> {
    await this.ensureBlackhole();
    const listed = await this.run('ip', ['-j', '-4', 'route', 'show', 'proto', String(routeProtocol)]);
    const present = (JSON.parse(listed || '[]') as ListedRoute[]).map(listedRoute);
    const commands = routeCommands(present, desired, routeProtocol);
    if (commands.length > 0) await this.run('ip', ['-batch', '-'], `${commands.join('\n')}\n`);
  }

  private async ensureBlackhole(): Promise<void> {
    const links = JSON.parse(await this.run('ip', ['-j', 'link', 'show', 'type', 'bridge'])) as { ifname?: string; flags?: string[] }[];
    const link = links.find(({ ifname }) => ifname === blackholeDevice);
    if (!link) await this.run('ip', ['link', 'add', blackholeDevice, 'type', 'bridge']);
    if (!link?.flags?.includes('UP')) await this.run('ip', ['link', 'set', blackholeDevice, 'up']);
  }
}

import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '@typernetes/machinery';
import type { NetworkConfig, PluginConfig } from './network-config';
import { bridgeNetwork, confFileName, firstConfFile, parseNetworkConfig } from './network-config';
import { callPlugin, findPlugin } from './plugin';

export interface PortMapping {
  hostPort: number;
  containerPort: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  hostIP?: string;
}

export interface PodAttachment {
  containerId: string;
  netns: string;
  /** K8S_POD_NAMESPACE and friends. */
  args: Record<string, string>;
  portMappings: readonly PortMapping[];
}

/** What an ADD came to; kept so that DEL gets it back. */
export interface AttachmentResult {
  network: NetworkConfig;
  result: { ips?: { address: string }[] };
}

export interface PodNetworkOptions {
  binDirs: readonly string[];
  confDir: string;
  mtu: number;
  clock: Clock;
}

const interfaceName = 'eth0';

/** Addresses without prefix lengths, the first is the pod's. */
export function addressesOf(attachment: AttachmentResult | undefined): string[] {
  return (attachment?.result.ips ?? []).map(({ address }) => address.split('/')[0] ?? '');
}

/** Connects network namespaces to the pod network by CNI. */
export class PodNetwork {
  private lastPortmap: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: PodNetworkOptions) {}

  /** @throws Error that says what is missing: the configuration or a plugin */
  async load(): Promise<NetworkConfig> {
    const { confDir, binDirs } = this.options;
    const names = await readdir(confDir).catch(() => []);
    const name = firstConfFile(names);
    if (!name) throw new Error(`no network configuration in ${confDir}: the node has no pod CIDR yet`);
    const network = parseNetworkConfig(name, await readFile(path.join(confDir, name), 'utf8'));
    for (const plugin of network.plugins) await findPlugin(plugin.type, binDirs);
    return network;
  }

  /** Writes the bridge's configuration for this CIDR unless it is there already. */
  async configure(podCidr: string): Promise<void> {
    const { confDir, mtu } = this.options;
    const file = path.join(confDir, confFileName);
    const text = `${JSON.stringify(bridgeNetwork(podCidr, mtu), null, 2)}\n`;
    const present = await readFile(file, 'utf8').catch(() => '');
    if (present === text) return;
    await mkdir(confDir, { recursive: true });
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }

  async attach(pod: PodAttachment): Promise<AttachmentResult> {
    const network = await this.load();
    const { binDirs, clock } = this.options;
    let result: unknown;
    // The loopback plugin has nothing to do: Docker brings `lo` up in a namespace of network mode none.
    for (const plugin of pluginsFor(network, pod)) {
      const config = pluginInput(network, plugin, pod, result);
      const call = { ...this.call('ADD', pod), config };
      result = (await this.inTurn(plugin, () => callPlugin(plugin.type, call, binDirs, clock))) ?? result;
    }
    return { network, result: (result ?? {}) as AttachmentResult['result'] };
  }

  /** Idempotent. Without a kept attachment the present configuration is used. */
  async detach(pod: PodAttachment, attachment: AttachmentResult | undefined): Promise<void> {
    const network = attachment?.network ?? (await this.load());
    const { binDirs, clock } = this.options;
    for (const plugin of pluginsFor(network, pod).reverse()) {
      const config = pluginInput(network, plugin, pod, attachment?.result);
      const call = { ...this.call('DEL', pod), config };
      await this.inTurn(plugin, () => callPlugin(plugin.type, call, binDirs, clock));
    }
  }

  /** portmap looks for its chains before it makes them: two at a time would both make them, or one would fail. */
  private inTurn<T>({ type }: PluginConfig, run: () => Promise<T>): Promise<T> {
    if (type !== 'portmap') return run();
    const turn = this.lastPortmap.then(run);
    this.lastPortmap = turn.catch(() => undefined);
    return turn;
  }

  private call(command: 'ADD' | 'DEL', pod: PodAttachment) {
    return { command, containerId: pod.containerId, netns: pod.netns, ifName: interfaceName, args: pod.args };
  }
}

/** A pod without host ports is spared portmap: it would only give back its input, at the price of a process. */
export function pluginsFor(network: NetworkConfig, pod: PodAttachment): PluginConfig[] {
  return network.plugins.filter(({ type }) => type !== 'portmap' || pod.portMappings.length > 0);
}

/** A plugin's stdin: its own part of the list, the network's name, the result so far, and what it says it can take. */
export function pluginInput(network: NetworkConfig, plugin: PluginConfig, pod: PodAttachment, prevResult: unknown): object {
  const { capabilities, ...config } = plugin;
  const runtimeConfig = capabilities?.portMappings ? { portMappings: pod.portMappings } : undefined;
  return {
    ...config,
    cniVersion: network.cniVersion,
    name: network.name,
    ...(runtimeConfig ? { runtimeConfig } : {}),
    ...(prevResult === undefined ? {} : { prevResult }),
  };
}

/** CNI 1.0.0, https://github.com/containernetworking/cni/blob/spec-v1.0.0/SPEC.md */
export const cniVersion = '1.0.0';

export interface PluginConfig {
  type: string;
  capabilities?: Record<string, boolean>;
  [field: string]: unknown;
}

export interface NetworkConfig {
  cniVersion: string;
  name: string;
  plugins: PluginConfig[];
}

export const confFileName = '10-t8s.conflist';

/** The node's pod network: a bridge that is each pod's gateway, addresses from the node's pod CIDR, host ports. */
export function bridgeNetwork(podCidr: string, mtu: number): NetworkConfig {
  return {
    cniVersion,
    name: 't8s',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        isDefaultGateway: true,
        // Pods see each other's addresses as they are; the proxy masquerades what leaves the cluster.
        ipMasq: false,
        // A pod reaches itself through its own Service.
        hairpinMode: true,
        promiscMode: false,
        ...(mtu > 0 ? { mtu } : {}),
        ipam: {
          type: 'host-local',
          // No default route here: isDefaultGateway adds it, and newer plugins fail on the second.
          ranges: [[{ subnet: podCidr }]],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

/** @throws Error that names the file when it is no network configuration */
export function parseNetworkConfig(fileName: string, text: string): NetworkConfig {
  const value = JSON.parse(text) as Partial<NetworkConfig> & Partial<PluginConfig>;
  const base = { cniVersion: value.cniVersion ?? cniVersion, name: value.name ?? '' };
  if (Array.isArray(value.plugins)) return { ...base, plugins: value.plugins };
  if (typeof value.type === 'string') return { ...base, plugins: [{ ...value, type: value.type }] };
  throw new Error(`${fileName} is neither a list of CNI plugins nor one plugin`);
}

/** The file that counts: the first by name, as with every CNI runtime. */
export function firstConfFile(names: readonly string[]): string | undefined {
  return names.filter((name) => /\.(conflist|conf|json)$/.test(name)).sort()[0];
}

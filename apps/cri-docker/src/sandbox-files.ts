import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { cri } from '@typernetes/proto';
import type { AttachmentResult } from './cni/pod-network';
import { hostsFile, resolvConf } from './resolver-files';

/** A directory per sandbox: resolv.conf and hosts, which containers mount, and the CNI result. */
export class SandboxFiles {
  constructor(private readonly rootDir: string) {}

  private dir(metadata: cri.PodSandboxMetadata): string {
    return path.join(this.rootDir, 'sandboxes', `${metadata.uid}_${metadata.attempt}`);
  }

  async create(config: cri.PodSandboxConfig, metadata: cri.PodSandboxMetadata): Promise<void> {
    await mkdir(this.dir(metadata), { recursive: true });
    await this.write(metadata, 'hosts', hostsFile(config.hostname, []));
    const resolver = resolvConf(config.dnsConfig);
    if (resolver !== undefined) await this.write(metadata, 'resolv.conf', resolver);
  }

  /** Keeps the CNI result and names the pod in its hosts file, in place: the file may be mounted. */
  async attached(config: cri.PodSandboxConfig, metadata: cri.PodSandboxMetadata, attachment: AttachmentResult, addresses: string[]): Promise<void> {
    await this.write(metadata, 'hosts', hostsFile(config.hostname, addresses));
    await this.write(metadata, 'network.json', JSON.stringify(attachment));
  }

  async attachment(metadata: cri.PodSandboxMetadata): Promise<AttachmentResult | undefined> {
    const text = await readFile(path.join(this.dir(metadata), 'network.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as AttachmentResult);
  }

  /** What containers of the sandbox mount unless they say otherwise. */
  mounts(config: cri.PodSandboxConfig, metadata: cri.PodSandboxMetadata, hostNetwork: boolean): { hostPath: string; containerPath: string }[] {
    const mounts: { hostPath: string; containerPath: string }[] = [];
    if (resolvConf(config.dnsConfig) !== undefined) {
      mounts.push({ hostPath: path.join(this.dir(metadata), 'resolv.conf'), containerPath: '/etc/resolv.conf' });
    }
    if (!hostNetwork) mounts.push({ hostPath: path.join(this.dir(metadata), 'hosts'), containerPath: '/etc/hosts' });
    return mounts;
  }

  async detached(metadata: cri.PodSandboxMetadata): Promise<void> {
    await rm(path.join(this.dir(metadata), 'network.json'), { force: true });
  }

  async remove(metadata: cri.PodSandboxMetadata): Promise<void> {
    await rm(this.dir(metadata), { recursive: true, force: true });
  }

  private write(metadata: cri.PodSandboxMetadata, name: string, text: string): Promise<void> {
    return writeFile(path.join(this.dir(metadata), name), text, { mode: 0o644 });
  }
}

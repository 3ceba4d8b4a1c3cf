import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface LocalNodeOptions {
  /** At most 14 characters: the bridge is named after it too. */
  name: string;
  subnet: string;
  /** `unix:///var/run/docker.sock` */
  dockerHost: string;
}

/** What one suite uses; suites that may run side by side take other names. */
const defaults: LocalNodeOptions = { name: 'kubelet-test', subnet: '10.244.97.0/24', dockerHost: 'unix:///var/run/docker.sock' };

export const testImage = `${defaults.name}/busybox:1`;
export const pauseImage = `${defaults.name}/pause:1`;

/** Directories, images and a pod network for one kubelet. */
export class LocalNode {
  readonly dir: string;
  readonly dockerHost: string;
  readonly testImage: string;
  readonly pauseImage: string;
  private readonly bridge: string;
  private readonly subnet: string;
  private readonly ownsDir: boolean;

  /** @param options.dir of the caller, who removes it */
  constructor(options: Partial<LocalNodeOptions> & { dir?: string } = {}) {
    const { name, subnet, dockerHost } = { ...defaults, ...options };
    this.dir = options.dir ?? mkdtempSync(path.join(tmpdir(), `${name}-`));
    this.ownsDir = options.dir === undefined;
    this.dockerHost = dockerHost;
    this.testImage = `${name}/busybox:1`;
    this.pauseImage = `${name}/pause:1`;
    this.bridge = `${name}0`;
    this.subnet = subnet;
  }

  get cniConfDir(): string {
    return path.join(this.dir, 'net.d');
  }

  get socket(): string {
    return path.join(this.dir, 'cri.sock');
  }

  prepare(): void {
    const { bridge, subnet, testImage, pauseImage } = this;
    mkdirSync(this.cniConfDir, { recursive: true });
    const ipam = { type: 'host-local', ranges: [[{ subnet }]], dataDir: path.join(this.dir, 'ipam') };
    const plugins = [{ type: 'bridge', bridge, isGateway: true, isDefaultGateway: true, hairpinMode: true, ipam }];
    writeFileSync(path.join(this.cniConfDir, '05-test.conflist'), JSON.stringify({ cniVersion: '1.0.0', name: 'kubelet-test', plugins }));
    this.sh(`
      docker image inspect ${testImage} ${pauseImage} >/dev/null 2>&1 && exit 0
      root=$(mktemp -d)
      mkdir -p $root/bin $root/lib64 $root/tmp $root/etc $root/proc $root/sys $root/dev
      cp /bin/busybox $root/bin/
      for file in $(ldd /bin/busybox | grep -o '/[^ ]*'); do mkdir -p $root$(dirname $file); cp -L $file $root$file; done
      for applet in $(/bin/busybox --list); do [ $applet = busybox ] || ln -s busybox $root/bin/$applet; done
      echo 'root:x:0:0:root:/:/bin/sh' > $root/etc/passwd
      tar -C $root -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["sh"]' - ${testImage} >/dev/null
      tar -C $root -c . | docker import -c 'ENV PATH=/bin' -c 'ENTRYPOINT ["sleep","infinity"]' - ${pauseImage} >/dev/null
      rm -rf $root
    `);
  }

  /** Leaves nothing behind. */
  remove(): void {
    const { bridge, testImage, pauseImage } = this;
    this.sh(`
      docker ps -aq --filter ancestor=${testImage} --filter ancestor=${pauseImage} | xargs -r docker rm -f >/dev/null
      ip link del ${bridge} 2>/dev/null || true
      docker rmi -f ${testImage} ${pauseImage} >/dev/null
    `);
    if (this.ownsDir) rmSync(this.dir, { recursive: true, force: true });
  }

  private sh(script: string): string {
    return execFileSync('sh', ['-ec', script], { encoding: 'utf8', env: { ...process.env, DOCKER_HOST: this.dockerHost } });
  }
}

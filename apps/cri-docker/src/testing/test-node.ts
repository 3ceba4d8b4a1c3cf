import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { pino } from 'pino';
import { cri } from '@typernetes/proto';
import type { CriDockerConfig } from '../config';
import type { Running } from '@typernetes/component';
import { startCriDocker } from '../start';

const bridge = 'cri-test0';

/** Removed before the test and after it. */
const sh = (script: string): string => execFileSync('sh', ['-ec', script], { encoding: 'utf8' });

/** Debian's busybox with its libraries: small, and what it runs is real. */
function importImages(): void {
  sh(`
    docker image inspect cri-test/busybox:1 >/dev/null 2>&1 && exit 0
    root=$(mktemp -d)
    mkdir -p $root/bin $root/lib64 $root/tmp $root/etc $root/proc $root/sys $root/dev
    cp /bin/busybox $root/bin/
    for file in $(ldd /bin/busybox | grep -o '/[^ ]*'); do mkdir -p $root$(dirname $file); cp -L $file $root$file; done
    for applet in $(/bin/busybox --list); do [ $applet = busybox ] || ln -s busybox $root/bin/$applet; done
    echo 'root:x:0:0:root:/:/bin/sh' > $root/etc/passwd
    tar -C $root -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["sh"]' - cri-test/busybox:1 >/dev/null
    tar -C $root -c . | docker import -c 'ENV PATH=/bin' -c 'ENTRYPOINT ["sleep","infinity"]' - cri-test/pause:1 >/dev/null
    rm -rf $root
  `);
}

/** A shim on the machine's own Docker, with a bridge and an address range that nobody else uses. */
export class TestNode {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'cri-docker-'));
  readonly config: CriDockerConfig = {
    listen: path.join(this.dir, 'cri.sock'),
    dockerHost: 'unix:///var/run/docker.sock',
    podInfraContainerImage: 'cri-test/pause:1',
    cniBinDirs: ['/opt/cni/bin', '/usr/lib/cni'],
    cniConfDir: path.join(this.dir, 'net.d'),
    networkPluginMtu: 0,
    rootDir: path.join(this.dir, 'root'),
  };
  private running: Running | undefined;
  runtime = this.runtimeClient();
  images = this.imageClient();

  async start(): Promise<void> {
    importImages();
    this.writeCniConfig();
    await this.startShim();
  }

  async startShim(): Promise<void> {
    this.running = await startCriDocker(this.config, pino({ level: process.env.LOG_LEVEL ?? 'error' }));
    this.runtime = this.runtimeClient();
    this.images = this.imageClient();
  }

  async stopShim(): Promise<void> {
    this.runtime.close();
    this.images.close();
    await this.running?.stop();
    this.running = undefined;
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    for (const sandbox of (await this.call('listPodSandbox', { filter: undefined })).items) {
      await this.call('removePodSandbox', { podSandboxId: sandbox.id });
    }
    await this.stopShim();
    sh(`ip link del ${bridge} 2>/dev/null || true; docker rmi -f cri-test/busybox:1 cri-test/pause:1 >/dev/null`);
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A unary call of the runtime service as a promise. */
  call<M extends UnaryMethod>(method: M, request: UnaryRequest<M>): Promise<UnaryResponse<M>> {
    return new Promise((resolve, reject) => {
      const client = this.runtime as unknown as Record<string, (request: unknown, done: (error: Error | null, response: UnaryResponse<M>) => void) => void>;
      client[method]?.(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  private runtimeClient(): cri.RuntimeServiceClient {
    return new cri.RuntimeServiceClient(`unix:${this.config.listen}`, credentials.createInsecure());
  }

  private imageClient(): cri.ImageServiceClient {
    return new cri.ImageServiceClient(`unix:${this.config.listen}`, credentials.createInsecure());
  }

  private writeCniConfig(): void {
    mkdirSync(this.config.cniConfDir, { recursive: true });
    const plugins = [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: '10.244.99.0/24' }]], dataDir: path.join(this.dir, 'ipam') },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ];
    writeFileSync(
      path.join(this.config.cniConfDir, '05-test.conflist'),
      JSON.stringify({ cniVersion: '1.0.0', name: 'cri-test', plugins }),
    );
  }
}

type Definition = typeof cri.RuntimeServiceService;
type UnaryMethod = { [M in keyof Definition]: Definition[M]['responseStream'] extends true ? never : M }[keyof Definition];
type UnaryRequest<M extends UnaryMethod> = Parameters<Definition[M]['requestSerialize']>[0];
type UnaryResponse<M extends UnaryMethod> = ReturnType<Definition[M]['responseDeserialize']>;

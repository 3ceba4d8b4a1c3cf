import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const sh = (script: string): string => execFileSync('sh', ['-ec', script], { encoding: 'utf8' });

export const testImage = 'kubelet-test/busybox:1';
export const pauseImage = 'kubelet-test/pause:1';
const bridge = 'kubelet-test0';

/** Directories, images and a pod network for one kubelet on the machine's own Docker Engine. */
export class LocalNode {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'kubelet-test-'));
  readonly cniConfDir = path.join(this.dir, 'net.d');
  readonly socket = path.join(this.dir, 'cri.sock');

  prepare(): void {
    mkdirSync(this.cniConfDir, { recursive: true });
    const ipam = { type: 'host-local', ranges: [[{ subnet: '10.244.97.0/24' }]], dataDir: path.join(this.dir, 'ipam') };
    const plugins = [{ type: 'bridge', bridge, isGateway: true, isDefaultGateway: true, hairpinMode: true, ipam }];
    writeFileSync(path.join(this.cniConfDir, '05-test.conflist'), JSON.stringify({ cniVersion: '1.0.0', name: 'kubelet-test', plugins }));
    sh(`
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
    sh(`
      docker ps -aq --filter ancestor=${testImage} --filter ancestor=${pauseImage} | xargs -r docker rm -f >/dev/null
      ip link del ${bridge} 2>/dev/null || true
      docker rmi -f ${testImage} ${pauseImage} >/dev/null
    `);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

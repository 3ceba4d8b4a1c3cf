/**
 * A node's process (kubelet, cri-docker, proxy) from source: its bundle is made anew at every change and laid over the
 * one of the node's image; the node's supervisor starts what was ended. Flags stay those of docker/node/node.sh.
 */
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { context } from 'esbuild';
import { bundleOptions, root } from './bundle-options.mjs';

const run = promisify(execFile);

/** A shell line inside the container. */
const inside = (container, script) => run('docker', ['exec', container, 'sh', '-ec', script]);

/** Ends the process; the supervisor starts it again with the bundle that lies there now. */
const restart = (container, app) => inside(container, `kill "$(cat /run/t8s-${app}.pid)"`);

function followLog(container, app) {
  const log = spawn('docker', ['logs', '--follow', '--since', '0s', container], { stdio: ['ignore', 'pipe', 'pipe'] });
  const own = [`${app} | `, `supervisor | ${app} `];
  for (const stream of [log.stdout, log.stderr]) {
    createInterface({ input: stream }).on('line', (line) => own.some((prefix) => line.startsWith(prefix)) && console.log(line));
  }
  return log;
}

/** Lays each new bundle into the container; a build that failed has told why itself. */
const layInto = (container, app, outdir) => ({
  name: 'into the node',
  setup(bundler) {
    bundler.onEnd(async ({ errors }) => {
      if (errors.length > 0) return;
      await run('docker', ['cp', `${outdir}/.`, `${container}:/opt/t8s/apps/${app}`]);
      await restart(container, app);
      console.log(`${app} of ${container} runs from source`);
    });
  },
});

export async function serveInNode(project, container) {
  const app = path.basename(project);
  const kept = `/run/t8s-${app}-of-image`;
  await inside(container, `test -e ${kept} || cp -r /opt/t8s/apps/${app} ${kept}`);
  const outdir = path.join(root, 'node_modules/.cache/t8s-serve', app);
  const log = followLog(container, app);
  const options = bundleOptions({ entry: `${project}/src/main.ts`, outfile: path.join(outdir, 'main.js') });
  const bundler = await context({ ...options, sourcemap: 'inline', plugins: [...options.plugins, layInto(container, app, outdir)] });
  await bundler.watch();
  const stop = async () => {
    await bundler.dispose();
    await inside(container, `cp -r ${kept}/. /opt/t8s/apps/${app}/ && rm -r ${kept}`);
    await restart(container, app);
    log.kill();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
}

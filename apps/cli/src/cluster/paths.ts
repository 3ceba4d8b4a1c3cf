import os from 'node:os';
import path from 'node:path';

/** `$T8S_HOME`, or `~/.t8s`: state of clusters, and what can be made again. */
export const t8sHome = (): string => process.env['T8S_HOME'] ?? path.join(os.homedir(), '.t8s');

/** The checkout: the script says so, else it is where the bundle lies (dist/apps/cli/main.js). */
export const checkout = (): string => process.env['T8S_ROOT'] ?? path.resolve(__dirname, '../../..');

export const stateDirectory = (cluster: string): string => path.join(t8sHome(), 'clusters', cluster);

/** Archives of images that new nodes load. */
export const imageCache = (): string => path.join(t8sHome(), 'cache', 'images');

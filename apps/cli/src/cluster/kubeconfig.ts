import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { editKubeconfigFile, mergeKubeconfig, removeFromKubeconfig } from '@typernetes/pki';
import { stateDirectory } from './paths';
import { serverUrl, type ClusterSettings } from './settings';

/** The file that kubectl writes to: the first of `$KUBECONFIG`, else `~/.kube/config`. */
const userFile = (): string => process.env['KUBECONFIG']?.split(path.delimiter).find(Boolean) ?? path.join(os.homedir(), '.kube/config');

export const adminKubeconfig = (cluster: string): string => path.join(stateDirectory(cluster), 'admin/admin.conf');

/** Adds a context of the cluster's name to the user's kubeconfig and makes it current. */
export async function mergeUserKubeconfig(settings: ClusterSettings): Promise<void> {
  const file = (name: string): Promise<string> => readFile(path.join(stateDirectory(settings.name), 'admin/pki', name), 'utf8');
  const [caCert, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
  const entry = { name: settings.name, server: serverUrl(settings), caCert, client: { cert, key } };
  editKubeconfigFile(userFile(), (text) => mergeKubeconfig(text, entry));
}

/** Takes the cluster's context out again. */
export function removeFromUserKubeconfig(cluster: string): void {
  if (existsSync(userFile())) editKubeconfigFile(userFile(), (text) => removeFromKubeconfig(text, cluster));
}

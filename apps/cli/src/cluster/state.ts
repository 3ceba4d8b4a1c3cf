import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../problem';
import { stateDirectory } from './paths';
import { defaultSettings, type ClusterSettings } from './settings';
import { writeWhole } from './write-file';

const settingsFile = (name: string): string => path.join(stateDirectory(name), 'settings.json');

/** What the cluster was made with; undefined when there is none of this name. */
export async function loadSettings(name: string): Promise<ClusterSettings | undefined> {
  const text = await readFile(settingsFile(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : { ...defaultSettings, ...(JSON.parse(text) as Partial<ClusterSettings>) };
}

/** @throws Problem when there is no such cluster. */
export async function requireSettings(name: string): Promise<ClusterSettings> {
  const settings = await loadSettings(name);
  if (!settings) throw new Problem(`There is no cluster "${name}".`, `Run ./t8s up${name === 't8s' ? '' : ` --name ${name}`} first.`);
  return settings;
}

export async function saveSettings(settings: ClusterSettings): Promise<void> {
  await mkdir(stateDirectory(settings.name), { recursive: true, mode: 0o700 });
  await writeWhole(settingsFile(settings.name), `${JSON.stringify(settings, null, 2)}\n`);
}

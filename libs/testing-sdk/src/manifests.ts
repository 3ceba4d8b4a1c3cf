import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ApiObject } from './types';

const isManifestFile = (name: string): boolean => /\.(ya?ml|json)$/.test(name);

/**
 * Objects of whatever holds them: objects, YAML or JSON texts (with a line break), files, folders (by name, subfolders
 * too). Lists come apart.
 * @throws Error that names the file or text that is no manifest
 */
export async function loadManifests(sources: readonly (object | string)[]): Promise<ApiObject[]> {
  const loaded: ApiObject[] = [];
  for (const source of sources) loaded.push(...(typeof source === 'string' ? await loadText(source) : objectsOf(source, 'the object given')));
  return loaded;
}

async function loadText(source: string): Promise<ApiObject[]> {
  if (source.includes('\n')) return parse(source, 'the text given');
  const found = await stat(source);
  if (!found.isDirectory()) return parse(await readFile(source, 'utf8'), source);
  const names = await readdir(source, { recursive: true });
  const files = names.filter(isManifestFile).sort().map((name) => path.join(source, name));
  return (await Promise.all(files.map(async (file) => parse(await readFile(file, 'utf8'), file)))).flat();
}

function parse(text: string, where: string): ApiObject[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${where}: ${error.message}`, { cause: error });
    const value: unknown = document.toJS();
    return value === null ? [] : objectsOf(value, where);
  });
}

function objectsOf(value: unknown, where: string): ApiObject[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where}: not an object of the API`);
  const object = value as ApiObject;
  if (!object.apiVersion || !object.kind) throw new Error(`${where}: an object has no apiVersion or no kind`);
  if (object.kind === 'List' && Array.isArray(object['items'])) return object['items'].flatMap((item) => objectsOf(item, where));
  return [object];
}

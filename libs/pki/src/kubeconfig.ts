import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'yaml';
import { YAMLMap, YAMLSeq, parseDocument, stringify } from 'yaml';
import type { CertificatePair } from './certificate';

export interface KubeconfigEntry {
  /** Name of the cluster, the user and the context. */
  name: string;
  /** `https://host:6443` */
  server: string;
  caCert: string;
  client: CertificatePair;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function partsOf({ name, server, caCert, client }: KubeconfigEntry): Record<'clusters' | 'users' | 'contexts', object> {
  return {
    clusters: { name, cluster: { 'certificate-authority-data': base64(caCert), server } },
    users: { name, user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) } },
    contexts: { name, context: { cluster: name, user: name } },
  };
}

/** A kubeconfig of its own. */
export function renderKubeconfig(entry: KubeconfigEntry): string {
  const { clusters, users, contexts } = partsOf(entry);
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [clusters],
    users: [users],
    contexts: [contexts],
    'current-context': entry.name,
    preferences: {},
  });
}

/**
 * Adds (or replaces) one cluster, user and context in a user's kubeconfig text and makes it current; comments and all
 * that is not ours stay.
 *
 * @throws Error when the text is no YAML mapping: a file that we do not understand is not overwritten.
 */
export function mergeKubeconfig(text: string, entry: KubeconfigEntry): string {
  const document = readDocument(text);
  for (const [section, part] of Object.entries(partsOf(entry))) {
    const list = sectionOf(document, section);
    removeNamed(list, entry.name);
    list.add(document.createNode(part));
  }
  document.set('current-context', entry.name);
  return document.toString({ lineWidth: 0 });
}

/** Takes one cluster, user and context out again. */
export function removeFromKubeconfig(text: string, name: string): string {
  const document = readDocument(text);
  for (const section of ['clusters', 'users', 'contexts']) removeNamed(sectionOf(document, section), name);
  if (document.get('current-context') === name) document.set('current-context', '');
  return document.toString({ lineWidth: 0 });
}

function readDocument(text: string): Document {
  const document = parseDocument(text.trim() ? text : 'apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n');
  const [error] = document.errors;
  if (error) throw new Error(`not a kubeconfig: ${error.message}`, { cause: error });
  if (!(document.contents instanceof YAMLMap)) throw new Error('not a kubeconfig: it is no mapping');
  return document as Document;
}

function sectionOf(document: Document, section: string): YAMLSeq {
  const existing = document.get(section);
  if (existing instanceof YAMLSeq) {
    existing.flow = false;
    return existing;
  }
  const created = new YAMLSeq();
  document.set(section, created);
  return created;
}

function removeNamed(list: YAMLSeq, name: string): void {
  list.items = list.items.filter((item) => !(item instanceof YAMLMap && item.get('name') === name));
}

/** Changes a kubeconfig file: under kubectl's own lock, in one step, readable by its owner alone. */
export function editKubeconfigFile(file: string, edit: (text: string) => string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const lock = `${file}.lock`;
  try {
    writeFileSync(lock, '', { flag: 'wx' });
  } catch (error) {
    throw new Error(`${file} is locked by another program; remove ${lock} if none is running`, { cause: error });
  }
  try {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const after = edit(before);
    if (after === before) return;
    const temporary = `${file}.t8s-${process.pid}`;
    writeFileSync(temporary, after, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } finally {
    rmSync(lock, { force: true });
  }
}

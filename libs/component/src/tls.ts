import { readFileSync, watch } from 'node:fs';
import path from 'node:path';
import type { Cancel, Clock } from '@typernetes/machinery';
import { EnvironmentError } from './run-main';

/** PEM texts of one end of a TLS connection. */
export interface TlsMaterial {
  /** Whose certificates the other end must show. */
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

export interface TlsFiles {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** @throws EnvironmentError that names the file which cannot be read */
export function loadTls({ caFile, certFile, keyFile }: TlsFiles): TlsMaterial {
  return { ca: readOptional(caFile), cert: readOptional(certFile), key: readOptional(keyFile) };
}

function readOptional(file: string | undefined): Buffer | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new EnvironmentError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, 1, { cause: error });
  }
}

/** Renewed files are written one after the other: this long after the last change they are read again. */
const settleMs = 500;

/** Calls `changed` with fresh material whenever one of the files is replaced. Unreadable states in between are skipped. */
export function watchTls(files: TlsFiles, clock: Clock, changed: (material: TlsMaterial) => void): Cancel {
  const names = [files.caFile, files.certFile, files.keyFile].filter((file) => file !== undefined);
  let cancelTimer: Cancel | undefined;
  const reload = (): void => {
    let material: TlsMaterial;
    try {
      material = loadTls(files);
    } catch {
      // Half written; the next change brings the rest.
      return;
    }
    changed(material);
  };
  const watchers = [...new Set(names.map((name) => path.dirname(name)))].map((directory) =>
    watch(directory, () => {
      cancelTimer?.();
      cancelTimer = clock.after(settleMs, reload);
    }),
  );
  return () => {
    cancelTimer?.();
    for (const watcher of watchers) watcher.close();
  };
}

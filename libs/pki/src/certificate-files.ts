import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CertificatePair, KeyPair } from './certificate';
import { createServiceAccountKeys } from './certificate';

/** The pair in `<dir>/<name>.crt` and `.key`, made and written when it is missing or no longer good. */
export function keepOrWrite(dir: string, name: string, create: () => CertificatePair, isGood: (cert: string) => boolean = () => true): CertificatePair {
  const certFile = path.join(dir, `${name}.crt`);
  const keyFile = path.join(dir, `${name}.key`);
  if (existsSync(certFile) && existsSync(keyFile)) {
    const existing = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    if (isGood(existing.cert)) return existing;
  }
  const created = create();
  writeFileSync(keyFile, created.key, { mode: 0o600 });
  writeFileSync(certFile, created.cert, { mode: 0o644 });
  return created;
}

/** `sa.key` and `sa.pub`, made when one is missing. */
export function writeServiceAccountKeys(dir: string, create: () => KeyPair = createServiceAccountKeys): void {
  const privateFile = path.join(dir, 'sa.key');
  const publicFile = path.join(dir, 'sa.pub');
  if (existsSync(privateFile) && existsSync(publicFile)) return;
  const { privateKey, publicKey } = create();
  writeFileSync(privateFile, privateKey, { mode: 0o600 });
  writeFileSync(publicFile, publicKey, { mode: 0o644 });
}

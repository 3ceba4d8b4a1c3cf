/** Secrets and ConfigMaps: named pieces of data, which become files. */
import { fieldError, validateConfigMapKey, type FieldError } from '@typernetes/machinery';
import type { ConfigMap, Secret } from '../generated/types';
import { checkImmutable, checkWith, sameValue, type Errors } from './checks';

const bytesMax = 1024 * 1024;

/** Bytes that a base64 text stands for. */
function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

/** Data that each type of Secret promises. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};
const serviceAccountName = 'kubernetes.io/service-account.name';

function checkType(out: Errors, { type, data = {}, metadata }: Secret): void {
  for (const key of requiredKeys[type ?? ''] ?? []) if (!(key in data)) out.push(fieldError.required(`data[${key}]`));
  if (type === 'kubernetes.io/service-account-token' && !metadata?.annotations?.[serviceAccountName]) {
    out.push(fieldError.required(`metadata.annotations[${serviceAccountName}]`));
  }
  if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
    out.push(fieldError.required('data[username]'), fieldError.required('data[password]'));
  }
  for (const key of ['.dockercfg', '.dockerconfigjson']) {
    const text = requiredKeys[type ?? '']?.includes(key) ? data[key] : undefined;
    const problem = text === undefined ? undefined : jsonProblem(Buffer.from(text, 'base64').toString());
    if (problem) out.push(fieldError.invalid(`data[${key}]`, '<secret contents redacted>', problem));
  }
}

function jsonProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? undefined : 'json: cannot unmarshal into Go value of type map[string]interface {}';
  } catch {
    return text === '' ? 'unexpected end of JSON input' : 'invalid character in JSON';
  }
}

export function validateSecretCreate(secret: Secret): FieldError[] {
  const out: Errors = [];
  let bytes = 0;
  for (const key in secret.data) {
    checkWith(out, `data[${key}]`, key, validateConfigMapKey);
    bytes += decodedLength(secret.data[key] ?? '');
  }
  if (bytes > bytesMax) out.push(fieldError.tooLong('data', bytesMax));
  checkType(out, secret);
  return out;
}

const frozen = 'field is immutable when `immutable` is set';

export function validateSecretUpdate(next: Secret, previous: Secret): FieldError[] {
  const out: Errors = [];
  checkImmutable(out, 'type', [next.type, previous.type]);
  if (previous.immutable) {
    if (!next.immutable) out.push(fieldError.forbidden('immutable', frozen));
    if (!sameValue(next.data, previous.data)) out.push(fieldError.forbidden('data', frozen));
  }
  return [...out, ...validateSecretCreate(next)];
}

export function validateConfigMapCreate({ data, binaryData }: ConfigMap): FieldError[] {
  const out: Errors = [];
  let bytes = 0;
  for (const key in data) {
    checkWith(out, `data[${key}]`, key, validateConfigMapKey);
    if (binaryData && key in binaryData) out.push(fieldError.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(data[key] ?? '');
  }
  for (const key in binaryData) {
    checkWith(out, `binaryData[${key}]`, key, validateConfigMapKey);
    bytes += decodedLength(binaryData[key] ?? '');
  }
  // The map as a whole, so no field has the blame.
  if (bytes > bytesMax) out.push(fieldError.tooLong('[]', bytesMax));
  return out;
}

export function validateConfigMapUpdate(next: ConfigMap, previous: ConfigMap): FieldError[] {
  const out: Errors = [];
  if (previous.immutable) {
    if (!next.immutable) out.push(fieldError.forbidden('immutable', frozen));
    if (!sameValue(next.data, previous.data)) out.push(fieldError.forbidden('data', frozen));
    if (!sameValue(next.binaryData, previous.binaryData)) out.push(fieldError.forbidden('binaryData', frozen));
  }
  return [...out, ...validateConfigMapCreate(next)];
}

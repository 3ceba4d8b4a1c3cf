import { LineCounter, parseDocument } from 'yaml';
import { apiErrors, formatApiVersion, isJsonObject, parseApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { Call } from '../pipeline/call';
import { parseJsonStrict } from '../pipeline/parse-body';

/** The configuration that an apply patch carries. @throws ApiError BadRequest */
export function decodeConfig(call: Call): KubernetesObject {
  const text = call.request.body?.bytes.toString('utf8') ?? '';
  const config = parseConfig(call, text);
  checkKind(call, config);
  if (config.metadata?.managedFields !== undefined && config.metadata.managedFields !== null) throw apiErrors.badRequest('metadata.managedFields must be nil');
  return config;
}

function parseConfig(call: Call, text: string): KubernetesObject {
  // JSON is YAML, and much faster to read; kubectl and client-go send it.
  const parsed = /^\s*\{/.test(text) ? parseJsonStrict(text) : undefined;
  if (parsed && parsed.error === undefined && parsed.duplicates.length === 0) return toObject(parsed.value);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.1', merge: true });
  const failures = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  if (failures[0]) throw apiErrors.badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${failures[0].message.split('\n')[0]}`);
  reportDuplicates(
    call,
    document.errors.map(({ pos }) => `line ${lines.linePos(pos[0]).line}: key ${JSON.stringify(wordAt(text, pos[0]))} already set in map`),
  );
  return toObject(document.toJS());
}

/** The key that starts at a position. */
const wordAt = (text: string, position: number): string => /^["']?([^"':\s]+)/.exec(text.slice(position))?.[1] ?? '';

function reportDuplicates({ request, warnings }: Call, duplicates: readonly string[]): void {
  const { fieldValidation = 'Warn' } = request.options;
  if (duplicates.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Warn') warnings.push(...duplicates);
  else throw apiErrors.badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n${duplicates.map((line) => `  ${line}`).join('\n')}`);
}

function toObject(value: unknown): KubernetesObject {
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value)) {
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw apiErrors.badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  }
  return value;
}

function checkKind({ kind }: Call, { apiVersion = '', kind: kindName = '' }: KubernetesObject): void {
  if (apiVersion === formatApiVersion(kind) && kindName === kind.kind) return;
  const { group, version } = parseApiVersion(apiVersion);
  throw apiErrors.badRequest(`invalid object type: ${group}/${version}, Kind=${kindName}`);
}

import { apiErrors, isJsonObject, parseApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { Call } from '../pipeline/call';
import { parseJsonStrict } from '../pipeline/parse-body';
import { parseYamlStrict, type ParsedYaml } from '../pipeline/parse-yaml';

/** The configuration that an apply patch carries, of the kind that is asked for. @throws ApiError BadRequest */
export function decodeConfig(call: Call, expected: { apiVersion: string; kind: string }): KubernetesObject {
  const config = parseConfig(call, call.request.body?.bytes.toString('utf8') ?? '');
  const { metadata } = config;
  const [apiVersion, kind] = [textOf(config.apiVersion), textOf(config.kind)];
  if (apiVersion !== expected.apiVersion || kind !== expected.kind) throw apiErrors.badRequest(`invalid object type: ${formatKind(apiVersion, kind)}`);
  if (metadata?.managedFields !== undefined && metadata.managedFields !== null) throw apiErrors.badRequest('metadata.managedFields must be nil');
  return config;
}

/** A name that is no text is none. */
const textOf = (name: unknown): string => (typeof name === 'string' ? name : '');

/** `apps/v1, Kind=Deployment`; the core group's name is empty. */
export function formatKind(apiVersion: string, kind: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `${group}/${version}, Kind=${kind}`;
}

function parseConfig(call: Call, text: string): KubernetesObject {
  // JSON is YAML, and much faster to read; kubectl and client-go send it.
  const parsed = /^\s*\{/.test(text) ? parseJsonStrict(text) : undefined;
  if (parsed && parsed.error === undefined && parsed.duplicates.length === 0) return toObject(parsed.value);
  const { value, duplicates } = parseYaml(text);
  if (duplicates !== undefined) reportDuplicates(call, duplicates);
  return toObject(value);
}

function parseYaml(text: string): ParsedYaml {
  try {
    return parseYamlStrict(text);
  } catch (error) {
    throw apiErrors.badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @param duplicates a line of heading, then a line about each */
function reportDuplicates({ request, warnings }: Call, duplicates: string): void {
  const { fieldValidation = 'Warn' } = request.options;
  if (fieldValidation === 'Strict') throw apiErrors.badRequest(`error strict decoding YAML: error converting YAML to JSON: ${duplicates}`);
  if (fieldValidation === 'Warn')
    warnings.push(
      ...duplicates
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    );
}

function toObject(value: unknown): KubernetesObject {
  if (value === null || value === undefined) return {};
  if (!isJsonObject(value)) {
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw apiErrors.badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`);
  }
  return value;
}

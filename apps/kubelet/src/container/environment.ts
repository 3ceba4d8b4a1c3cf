import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import { namespaceOf } from '../pod/pod-kind';
import { expand } from './expand';
import type { PodFacts } from './field-refs';
import { fieldValue, resourceValue } from './field-refs';
import { serviceEnvironment } from './service-env';

/** Reads of single objects: all that the node authoriser allows. */
export interface ObjectReader {
  /** @throws ApiError NotFound */
  secret(namespace: string, name: string): Promise<Secret>;
  configMap(namespace: string, name: string): Promise<ConfigMap>;
}

export interface EnvironmentSources {
  objects: ObjectReader;
  services: readonly Service[];
  facts: PodFacts;
}

/** The container's configuration cannot be made: reason CreateContainerConfigError. */
export class ConfigError extends Error {}

const validName = /^[^=\0]+$/;

async function optional<T>(read: Promise<T>, isOptional: boolean | undefined): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isOptional && hasReason(error, 'NotFound')) return undefined;
    if (hasReason(error, 'NotFound')) throw new ConfigError(error instanceof Error ? error.message.replace(/^(secrets|configmaps) /, (kind) => `${kind.trim().slice(0, -1)} `) : String(error));
    throw error;
  }
}

const decoded = (secret: Secret): Record<string, string> =>
  Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

async function fromSources(pod: Pod, container: Container, { objects }: EnvironmentSources): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  const namespace = namespaceOf(pod);
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    let data: Record<string, string> = {};
    if (configMapRef) data = (await optional(objects.configMap(namespace, configMapRef.name ?? ''), configMapRef.optional))?.data ?? {};
    else if (secretRef) {
      const secret = await optional(objects.secret(namespace, secretRef.name ?? ''), secretRef.optional);
      data = secret ? decoded(secret) : {};
    }
    for (const [key, value] of Object.entries(data)) if (validName.test(prefix + key)) result[prefix + key] = value;
  }
  return result;
}

/** Undefined: the variable is left out, since what it names is optional and missing. */
async function valueFrom(pod: Pod, container: Container, variable: EnvVar, { objects, facts }: EnvironmentSources): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  const namespace = namespaceOf(pod);
  if (fieldRef) return fieldValue(pod, fieldRef.fieldPath, facts);
  if (resourceFieldRef) return resourceValue(pod, resourceFieldRef, container, facts);
  if (configMapKeyRef) {
    const { name = '', key, optional: isOptional } = configMapKeyRef;
    const value = (await optional(objects.configMap(namespace, name), isOptional))?.data?.[key];
    if (value === undefined && !isOptional) throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (secretKeyRef) {
    const { name = '', key, optional: isOptional } = secretKeyRef;
    const value = (await optional(objects.secret(namespace, name), isOptional))?.data?.[key];
    if (value === undefined && !isOptional) throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  }
  return '';
}

/**
 * The container's variables: Services first, then envFrom, then env in its order; later ones win, and `$(VAR)` sees
 * what came before. @throws ConfigError
 */
export async function environmentOf(pod: Pod, container: Container, sources: EnvironmentSources): Promise<Map<string, string>> {
  const services = serviceEnvironment(sources.services, namespaceOf(pod), pod.spec?.enableServiceLinks ?? true);
  const result = new Map(Object.entries(await fromSources(pod, container, sources)));
  const seen = (name: string): string | undefined => result.get(name) ?? services[name];
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom ? await valueFrom(pod, container, variable, sources) : expand(variable.value ?? '', seen);
    if (value !== undefined) result.set(variable.name, value);
  }
  for (const [name, value] of Object.entries(services)) if (!result.has(name)) result.set(name, value);
  return result;
}

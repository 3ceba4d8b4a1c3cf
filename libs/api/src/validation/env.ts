import { fieldError, validateConfigMapKey, validateEnvVarName, validateQualifiedName } from '@typernetes/machinery';
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector, ResourceFieldSelector } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredWith, checkWith, setMembers, type Errors } from './checks';

const fieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
] as const;

/** What a file of a downward API volume may show. */
export const volumeFieldPaths = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

const subscripted = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** One field of the pod itself. */
export function checkFieldRef(out: Errors, field: string, { ref, supported }: { ref: ObjectFieldSelector; supported: readonly string[] }): void {
  if (!checkRequired(out, `${field}.apiVersion`, ref.apiVersion) || !checkRequired(out, `${field}.fieldPath`, ref.fieldPath)) return;
  if (ref.apiVersion !== 'v1') {
    out.push(fieldError.notSupported(`${field}.apiVersion`, ref.apiVersion, ['v1']));
    return;
  }
  const match = subscripted.exec(ref.fieldPath);
  if (match) {
    const key = match[2] ?? '';
    checkWith(out, field, match[1] === 'annotations' ? key.toLowerCase() : key, validateQualifiedName);
  } else if (!isKnownPath(ref.fieldPath)) {
    out.push(fieldError.invalid(`${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`));
  } else {
    checkOneOf(out, `${field}.fieldPath`, ref.fieldPath, supported);
  }
}

const knownPaths = new Set<string>([...fieldPaths, ...volumeFieldPaths, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);
const isKnownPath = (path: string): boolean => knownPaths.has(path);

const resourcePaths = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory'];

/** One amount of a container; in a volume the container must be named. */
export function checkResourceFieldRef(out: Errors, field: string, { ref, isVolume }: { ref: ResourceFieldSelector; isVolume: boolean }): void {
  if (isVolume) checkRequired(out, `${field}.containerName`, ref.containerName);
  if (!checkRequired(out, `${field}.resource`, ref.resource)) return;
  if (!/^(limits|requests)\.hugepages-/.test(ref.resource)) checkOneOf(out, `${field}.resource`, ref.resource, resourcePaths);
}

function checkKeyRef(out: Errors, field: string, { name, key }: { name?: string; key: string }): void {
  checkRequired(out, `${field}.name`, name);
  checkRequiredWith(out, `${field}.key`, key, validateConfigMapKey);
}

function checkValueFrom(out: Errors, field: string, { source, value }: { source: EnvVarSource; value: string | undefined }): void {
  if (source.fieldRef) checkFieldRef(out, `${field}.fieldRef`, { ref: source.fieldRef, supported: fieldPaths });
  if (source.resourceFieldRef) checkResourceFieldRef(out, `${field}.resourceFieldRef`, { ref: source.resourceFieldRef, isVolume: false });
  if (source.configMapKeyRef) checkKeyRef(out, `${field}.configMapKeyRef`, source.configMapKeyRef);
  if (source.secretKeyRef) checkKeyRef(out, `${field}.secretKeyRef`, source.secretKeyRef);
  const { length } = setMembers(source);
  if (length === 0) {
    out.push(fieldError.invalid(field, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'));
  } else if (value) {
    out.push(fieldError.invalid(field, '', 'may not be specified when `value` is not empty'));
  } else if (length > 1) {
    out.push(fieldError.invalid(field, '', 'may not have more than one field specified at a time'));
  }
}

export function checkEnv(out: Errors, field: string, variables: readonly EnvVar[] | undefined): void {
  variables?.forEach(({ name, value, valueFrom }, i) => {
    const path = `${field}[${i}]`;
    checkRequiredWith(out, `${path}.name`, name, validateEnvVarName);
    if (valueFrom) checkValueFrom(out, `${path}.valueFrom`, { source: valueFrom, value });
  });
}

export function checkEnvFrom(out: Errors, field: string, sources: readonly EnvFromSource[] | undefined): void {
  sources?.forEach(({ prefix, configMapRef, secretRef }, i) => {
    const path = `${field}[${i}]`;
    if (prefix) checkWith(out, `${path}.prefix`, prefix, validateEnvVarName);
    if (configMapRef) checkRequired(out, `${path}.configMapRef.name`, configMapRef.name);
    if (secretRef) checkRequired(out, `${path}.secretRef.name`, secretRef.name);
    if (!configMapRef && !secretRef) out.push(fieldError.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef && secretRef) out.push(fieldError.invalid(path, '', 'may not have more than one field specified at a time'));
  });
}

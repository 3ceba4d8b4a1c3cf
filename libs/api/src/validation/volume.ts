import { fieldError, quantityValue, tryParseQuantity, validateDns1123Label, validateDns1123Subdomain } from '@typernetes/machinery';
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, ServiceAccountTokenProjection, Volume, VolumeProjection } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredWith, setMembers, type Errors } from './checks';
import { checkFieldRef, checkResourceFieldRef, volumeFieldPaths } from './env';

const fileModeMax = 0o777;
const tokenSecondsMin = 600;
const tokenSecondsMax = 2 ** 32;

function checkMode(out: Errors, field: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > fileModeMax)) {
    out.push(fieldError.invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  }
}

function checkNoBacksteps(out: Errors, field: string, path: string): void {
  if (path.split('/').includes('..')) out.push(fieldError.invalid(field, path, "must not contain '..'"));
}

/** A path below a mount, which it must not leave. */
export function checkRelativePath(out: Errors, field: string, path: string): void {
  if (path.startsWith('/')) out.push(fieldError.invalid(field, path, 'must be a relative path'));
  checkNoBacksteps(out, field, path);
}

/** As checkRelativePath; names that begin with two dots are the atomic writer's. */
function checkLocalPath(out: Errors, field: string, path: string): void {
  checkRelativePath(out, field, path);
  if (path.startsWith('..') && !path.startsWith('../') && path !== '..') out.push(fieldError.invalid(field, path, "must not start with '..'"));
}

function checkItems(out: Errors, field: string, items: readonly KeyToPath[] | undefined): void {
  items?.forEach(({ key, path, mode }, i) => {
    checkRequired(out, `${field}[${i}].key`, key);
    if (checkRequired(out, `${field}[${i}].path`, path)) checkLocalPath(out, `${field}[${i}].path`, path);
    checkMode(out, `${field}[${i}].mode`, mode);
  });
}

function checkDownwardFiles(out: Errors, field: string, files: readonly DownwardAPIVolumeFile[] | undefined): void {
  files?.forEach(({ path, mode, fieldRef, resourceFieldRef }, i) => {
    const at = `${field}[${i}]`;
    if (checkRequired(out, `${at}.path`, path)) checkLocalPath(out, `${at}.path`, path);
    if (fieldRef) {
      checkFieldRef(out, `${at}.fieldRef`, { ref: fieldRef, supported: volumeFieldPaths });
      if (resourceFieldRef) out.push(fieldError.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    } else if (resourceFieldRef) {
      checkResourceFieldRef(out, `${at}.resourceFieldRef`, { ref: resourceFieldRef, isVolume: true });
    } else {
      out.push(fieldError.required(at, 'one of fieldRef and resourceFieldRef is required'));
    }
    checkMode(out, `${at}.mode`, mode);
  });
}

function checkToken(out: Errors, field: string, { path, expirationSeconds = 3600 }: ServiceAccountTokenProjection): void {
  if (expirationSeconds < tokenSecondsMin) {
    out.push(fieldError.invalid(`${field}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  }
  if (expirationSeconds > tokenSecondsMax) {
    out.push(fieldError.invalid(`${field}.expirationSeconds`, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (checkRequired(out, `${field}.path`, path)) checkLocalPath(out, `${field}.path`, path);
}

/** The files that a source makes, to find two of one name; absent items are only known at run time. */
function checkProjection(out: Errors, field: string, { source, paths }: { source: VolumeProjection; paths: Set<string> }): void {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  const add = (path: string, name: string): void => {
    if (path && paths.has(path)) out.push(fieldError.invalid(field, name, `conflicting duplicate paths ${path}`));
    paths.add(path);
  };
  if (setMembers(source).length > 1) out.push(fieldError.forbidden(field, 'may not specify more than 1 volume type'));
  if (secret) {
    checkRequired(out, `${field}.secret.name`, secret.name);
    checkItems(out, `${field}.secret.items`, secret.items);
    for (const { path } of secret.items ?? []) add(path, secret.name ?? '');
  }
  if (configMap) {
    checkRequired(out, `${field}.configMap.name`, configMap.name);
    checkItems(out, `${field}.configMap.items`, configMap.items);
    for (const { path } of configMap.items ?? []) add(path, configMap.name ?? '');
  }
  if (downwardAPI) {
    checkDownwardFiles(out, `${field}.downwardAPI.items`, downwardAPI.items);
    for (const { path } of downwardAPI.items ?? []) add(path, 'downwardAPI');
  }
  if (serviceAccountToken) {
    checkToken(out, `${field}.serviceAccountToken`, serviceAccountToken);
    add(serviceAccountToken.path, 'serviceAccountToken');
  }
}

function checkProjected(out: Errors, field: string, { defaultMode, sources }: ProjectedVolumeSource): void {
  checkMode(out, `${field}.defaultMode`, defaultMode);
  const paths = new Set<string>();
  sources?.forEach((source, i) => checkProjection(out, `${field}.sources[${i}]`, { source, paths }));
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** What can be said of a source by itself. Sources that are not here belong to drivers. */
const sourceChecks: { [K in keyof Volume]?: (out: Errors, field: string, source: NonNullable<Volume[K]>) => void } = {
  hostPath: (out, field, { path, type }) => {
    if (checkRequired(out, `${field}.path`, path)) checkNoBacksteps(out, `${field}.path`, path);
    checkOneOf(out, `${field}.type`, type, hostPathTypes);
  },
  emptyDir: (out, field, { sizeLimit }) => {
    const limit = sizeLimit === undefined ? undefined : tryParseQuantity(sizeLimit);
    if (limit && quantityValue(limit) < 0n) out.push(fieldError.forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  },
  nfs: (out, field, { server, path }) => {
    checkRequired(out, `${field}.server`, server);
    if (checkRequired(out, `${field}.path`, path) && !path.startsWith('/')) out.push(fieldError.invalid(`${field}.path`, path, 'must be an absolute path'));
  },
  secret: (out, field, { secretName, defaultMode, items }) => {
    checkRequired(out, `${field}.secretName`, secretName);
    checkMode(out, `${field}.defaultMode`, defaultMode);
    checkItems(out, `${field}.items`, items);
  },
  configMap: (out, field, { name, defaultMode, items }) => {
    checkRequired(out, `${field}.name`, name);
    checkMode(out, `${field}.defaultMode`, defaultMode);
    checkItems(out, `${field}.items`, items);
  },
  downwardAPI: (out, field, { defaultMode, items }) => {
    checkMode(out, `${field}.defaultMode`, defaultMode);
    checkDownwardFiles(out, field, items);
  },
  projected: checkProjected,
  persistentVolumeClaim: (out, field, { claimName }) => void checkRequired(out, `${field}.claimName`, claimName),
  csi: (out, field, { driver, nodePublishSecretRef }) => {
    checkRequiredWith(out, `${field}.driver`, driver, (name) => validateDns1123Subdomain(name.toLowerCase()));
    if (nodePublishSecretRef && !nodePublishSecretRef.name) out.push(fieldError.required(`${field}.nodePublishSecretRef.name`));
  },
  ephemeral: (out, field, { volumeClaimTemplate }) => void checkRequired(out, `${field}.volumeClaimTemplate`, volumeClaimTemplate),
  image: (out, field, { reference, pullPolicy }) => {
    checkRequired(out, `${field}.reference`, reference);
    checkOneOf(out, `${field}.pullPolicy`, pullPolicy, ['Always', 'IfNotPresent', 'Never']);
  },
  iscsi: (out, field, { targetPortal, iqn }) => {
    checkRequired(out, `${field}.targetPortal`, targetPortal);
    checkRequired(out, `${field}.iqn`, iqn);
  },
};

function checkSource<K extends keyof Volume>(out: Errors, field: string, { volume, kind }: { volume: Volume; kind: K }): void {
  const source = volume[kind];
  const check: ((out: Errors, field: string, source: NonNullable<Volume[K]>) => void) | undefined = sourceChecks[kind];
  if (source !== undefined && source !== null) check?.(out, field, source);
}

export function checkVolumes(out: Errors, field: string, volumes: readonly Volume[] | undefined): void {
  const names = new Set<string>();
  volumes?.forEach((volume, i) => {
    const path = `${field}[${i}]`;
    setMembers(volume, 'name').forEach((kind, n) => {
      if (n === 0) checkSource(out, `${path}.${kind}`, { volume, kind });
      else out.push(fieldError.forbidden(`${path}.${kind}`, 'may not specify more than 1 volume type'));
    });
    if (setMembers(volume, 'name').length === 0) out.push(fieldError.required(path, 'must specify a volume type'));
    checkRequiredWith(out, `${path}.name`, volume.name, validateDns1123Label);
    if (names.has(volume.name)) out.push(fieldError.duplicate(`${path}.name`, volume.name));
    names.add(volume.name);
  });
}

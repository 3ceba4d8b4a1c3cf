/** In which versions objects are stored, and how they come into another one (KEP-2339, KEP-4192). */
import { fieldError, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { V1alpha1StorageVersion, V1beta1StorageVersionMigration } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { keepSpec, keepStatus } from '../strategies';
import { checkImmutable, checkRequired, checkWith, type Errors } from '../validation/checks';

function validateStatus({ status }: V1alpha1StorageVersion): FieldError[] {
  const out: Errors = [];
  const { storageVersions = [], commonEncodingVersion } = status ?? {};
  storageVersions.forEach(({ apiServerID, encodingVersion, decodableVersions = [] }, i) => {
    const field = `status.storageVersions[${i}]`;
    checkWith(out, `${field}.apiServerID`, apiServerID ?? '', validateDns1123Subdomain);
    if (storageVersions.findIndex((each) => each.apiServerID === apiServerID) < i) out.push(fieldError.invalid(`${field}.apiServerID`, apiServerID, `duplicate apiServerID`));
    if (!decodableVersions.includes(encodingVersion)) out.push(fieldError.invalid(`${field}.decodableVersions`, decodableVersions, `decodableVersions must include encodingVersion ${encodingVersion}`));
  });
  const encodings = new Set(storageVersions.map(({ encodingVersion }) => encodingVersion));
  const common = encodings.size === 1 ? [...encodings][0] : undefined;
  if (storageVersions.length > 0 && common !== commonEncodingVersion) {
    out.push(fieldError.invalid('status.commonEncodingVersion', commonEncodingVersion ?? '', common === undefined ? 'should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet' : `the common encoding version is ${common}`));
  }
  return out;
}

const versionPrinter: TablePrinter<V1alpha1StorageVersion> = {
  columns: columns('storage version', ['Name', 'CommonEncodingVersion', 'StorageVersions', 'Age']),
  row: (version, nowMs) => {
    const { commonEncodingVersion = '<unset>', storageVersions = [] } = version.status ?? {};
    const texts = storageVersions.slice(0, 3).map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`);
    const shown = texts.length === 0 ? '<unset>' : storageVersions.length > texts.length ? `${texts.join(',')} + ${storageVersions.length - texts.length} more...` : texts.join(',');
    return [nameOf(version), commonEncodingVersion, shown, age(version, nowMs)];
  },
};

/** Which versions of a kind the apiservers of a cluster can store and read. */
export const storageVersion = defineKind(resources.storageVersions, {
  definition: 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersion',
  strategy: { ...keepStatus, validateCreate: () => [], validateUpdate: () => [] },
  statusStrategy: { ...keepSpec, validateUpdate: validateStatus },
  printer: versionPrinter,
});

function validateMigration({ spec }: V1beta1StorageVersionMigration): FieldError[] {
  const out: Errors = [];
  const { resource, group } = (spec?.resource ?? {}) as { resource?: string; group?: string };
  checkRequired(out, 'spec.resource.resource', resource);
  if (group) checkWith(out, 'spec.resource.group', group, validateDns1123Subdomain);
  return out;
}

function validateMigrationStatus({ status }: V1beta1StorageVersionMigration, { status: before }: V1beta1StorageVersionMigration): FieldError[] {
  const out: Errors = [];
  if (before?.resourceVersion) checkImmutable(out, 'status.resourceVersion', [status?.resourceVersion, before.resourceVersion]);
  const isTrue = (wanted: string): boolean => status?.conditions?.some(({ type, status: value }) => type === wanted && value === 'True') ?? false;
  if (isTrue('Succeeded') && isTrue('Failed')) out.push(fieldError.invalid('status.conditions', status?.conditions, 'Both success and failed conditions cannot be true at the same time'));
  return out;
}

const migrationPrinter: TablePrinter<V1beta1StorageVersionMigration> = {
  // Upstream does not mark the name of this kind as one.
  columns: columns('migration', ['Name', 'Resource', 'Status']).map((column) => ({ ...column, format: '' })),
  row: (migration) => {
    const { resource = '', group } = (migration.spec?.resource ?? {}) as { resource?: string; group?: string };
    const last = ['Succeeded', 'Failed', 'Running'].find((wanted) => migration.status?.conditions?.some(({ type, status }) => type === wanted && status === 'True'));
    return [nameOf(migration), group ? `${resource}.${group}` : resource, last ?? 'Pending'];
  },
};

/** Writes all objects of a kind anew, in the version that is stored now. */
export const storageVersionMigration = defineKind(resources.storageVersionMigrations, {
  strategy: {
    ...keepStatus,
    validateCreate: validateMigration,
    validateUpdate: (next, previous) => {
      const out: Errors = [];
      checkImmutable(out, 'spec', [next.spec, previous.spec]);
      return out;
    },
  },
  statusStrategy: { ...keepSpec, validateUpdate: validateMigrationStatus },
  printer: migrationPrinter,
});

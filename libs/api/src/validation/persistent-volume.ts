import { fieldError, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import type { PersistentVolume, PersistentVolumeSpec } from '../generated/types';
import { checkNodeSelectorTerm } from './affinity';
import { checkAccessModes, checkPositiveAmount } from './amounts';
import { checkImmutable, checkOneOf, checkRequired, checkWith, sameValue, type Errors } from './checks';

/** Everything of a spec that is not a source of storage. */
const others: ReadonlySet<string> = new Set([
  'accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity', 'persistentVolumeReclaimPolicy', 'storageClassName', 'volumeAttributesClassName', 'volumeMode',
]);

const sourceOf = (spec: PersistentVolumeSpec | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(spec ?? {}).filter(([name, value]) => !others.has(name) && value !== undefined));

function checkCapacity(out: Errors, capacity: Record<string, string>): void {
  const field = 'spec.capacity';
  if (!checkRequired(out, field, Object.keys(capacity))) return;
  if (capacity.storage === undefined || Object.keys(capacity).length > 1) out.push(fieldError.notSupported(field, capacity, ['storage']));
  for (const [name, amount] of Object.entries(capacity)) checkPositiveAmount(out, `${field}[${name}]`, amount);
}

function checkSources(out: Errors, spec: PersistentVolumeSpec): void {
  const [first, ...rest] = Object.keys(sourceOf(spec));
  if (first === undefined) out.push(fieldError.required('spec', 'must specify a volume type'));
  for (const name of rest) out.push(fieldError.forbidden(`spec.${name}`, 'may not specify more than 1 volume type'));
  const { hostPath, local, nfs, csi } = spec;
  if (hostPath) {
    checkRequired(out, 'spec.hostPath.path', hostPath.path);
    if (hostPath.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle') {
      out.push(fieldError.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
    }
  }
  if (local) {
    checkRequired(out, 'spec.local.path', local.path);
    if (!spec.nodeAffinity) out.push(fieldError.required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  if (nfs) {
    checkRequired(out, 'spec.nfs.server', nfs.server);
    if (checkRequired(out, 'spec.nfs.path', nfs.path) && !nfs.path.startsWith('/')) out.push(fieldError.invalid('spec.nfs.path', nfs.path, 'must be an absolute path'));
  }
  if (csi) {
    checkRequired(out, 'spec.csi.driver', csi.driver);
    checkRequired(out, 'spec.csi.volumeHandle', csi.volumeHandle);
  }
}

function checkNodeAffinity(out: Errors, { nodeAffinity }: PersistentVolumeSpec): void {
  if (!nodeAffinity) return;
  const field = 'spec.nodeAffinity.required';
  if (!nodeAffinity.required) {
    out.push(fieldError.required(field, 'must specify required node constraints'));
    return;
  }
  const terms = nodeAffinity.required.nodeSelectorTerms ?? [];
  if (terms.length === 0) out.push(fieldError.required(`${field}.nodeSelectorTerms`, 'must have at least one node selector term'));
  terms.forEach((term, i) => checkNodeSelectorTerm(out, `${field}.nodeSelectorTerms[${i}]`, term));
}

export function validatePersistentVolumeCreate({ spec = {} }: PersistentVolume): FieldError[] {
  const out: Errors = [];
  const modes = spec.accessModes ?? [];
  checkRequired(out, 'spec.accessModes', modes);
  checkAccessModes(out, 'spec.accessModes', modes);
  checkCapacity(out, spec.capacity ?? {});
  checkOneOf(out, 'spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, ['Delete', 'Recycle', 'Retain']);
  checkSources(out, spec);
  checkNodeAffinity(out, spec);
  if (spec.storageClassName) checkWith(out, 'spec.storageClassName', spec.storageClassName, validateDns1123Subdomain);
  checkOneOf(out, 'spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']);
  return out;
}

export function validatePersistentVolumeUpdate(next: PersistentVolume, previous: PersistentVolume): FieldError[] {
  const out = validatePersistentVolumeCreate(next);
  if (!sameValue(sourceOf(next.spec), sourceOf(previous.spec))) {
    out.push(fieldError.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  }
  checkImmutable(out, 'spec.volumeMode', [next.spec?.volumeMode, previous.spec?.volumeMode]);
  if (previous.spec?.nodeAffinity) checkImmutable(out, 'spec.nodeAffinity', [next.spec?.nodeAffinity, previous.spec.nodeAffinity]);
  return out;
}

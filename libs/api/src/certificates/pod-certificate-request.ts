import { fieldError, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { Condition, V1beta1PodCertificateRequest, V1beta1PodCertificateRequestSpec } from '../generated/types';
import type { TablePrinter } from '../kind';
import { columns, labelsText, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { keepSpec, keepStatus } from '../strategies';
import { checkSignerName } from '../validation/certificate-signing-request';
import { checkImmutable, checkRequired, checkRequiredWith, type Errors } from '../validation/checks';

const hour = 3_600;
const defaultSeconds = 24 * hour;
const secondsMax = 91 * 24 * hour;
const builtInSecondsMax = 24 * hour;

/** Exactly one of these ends a request. */
const endings = ['Denied', 'Failed', 'Issued'] as const;

function checkLifetime(out: Errors, { maxExpirationSeconds, signerName }: Partial<V1beta1PodCertificateRequestSpec>): void {
  const field = 'spec.maxExpirationSeconds';
  if (maxExpirationSeconds === undefined) return void out.push(fieldError.required(field, 'must be set'));
  const max = signerName?.startsWith('kubernetes.io/') ? builtInSecondsMax : secondsMax;
  if (maxExpirationSeconds < hour || maxExpirationSeconds > max) out.push(fieldError.invalid(field, maxExpirationSeconds, `must be in the range [${hour}, ${max}]`));
}

function validateCreate({ spec }: V1beta1PodCertificateRequest): FieldError[] {
  const out: Errors = [];
  const given = (spec ?? {}) as Partial<V1beta1PodCertificateRequestSpec>;
  checkSignerName(out, given.signerName ?? '');
  for (const field of ['podName', 'serviceAccountName', 'nodeName'] as const) checkRequiredWith(out, `spec.${field}`, given[field], validateDns1123Subdomain);
  for (const field of ['podUID', 'serviceAccountUID', 'nodeUID'] as const) checkRequired(out, `spec.${field}`, given[field]);
  checkLifetime(out, given);
  if (!given.stubPKCS10Request && !given.pkixPublicKey) checkRequired(out, 'spec.stubPKCS10Request', given.stubPKCS10Request);
  return out;
}

const endingOf = (conditions: readonly Condition[] = []): Condition | undefined => conditions.find(({ type }) => endings.some((ending) => ending === type));

function validateStatus({ status }: V1beta1PodCertificateRequest, previous: V1beta1PodCertificateRequest): FieldError[] {
  const out: Errors = [];
  const { conditions = [], certificateChain, notBefore, notAfter, beginRefreshAt } = status ?? {};
  conditions.forEach(({ type, status: value }, i) => {
    if (!endings.some((ending) => ending === type)) out.push(fieldError.notSupported(`status.conditions[${i}].type`, type, [...endings]));
    if (value !== 'True') out.push(fieldError.notSupported(`status.conditions[${i}].status`, value, ['True']));
  });
  if (conditions.length > 1) out.push(fieldError.invalid('status.conditions', conditions, 'There may be at most one condition with type "Issued", "Denied", or "Failed"'));
  const isIssued = conditions[0]?.type === 'Issued';
  const issued = { certificateChain, notBefore, notAfter, beginRefreshAt };
  for (const [field, value] of Object.entries(issued)) {
    if (isIssued && !value) out.push(fieldError.required(`status.${field}`, 'must be set and non-empty'));
    if (!isIssued && value) out.push(fieldError.invalid(`status.${field}`, value, 'Status fields for an issued certificate must not be set without an "Issued" condition'));
  }
  // What has ended stays so.
  if (endingOf(previous.status?.conditions)) checkImmutable(out, 'status', [status, previous.status]);
  return out;
}

const printer: TablePrinter<V1beta1PodCertificateRequest> = {
  columns: columns('request', ['Name', 'PodName', 'ServiceAccountName', 'NodeName', 'SignerName', 'State', 'UnverifiedUserAnnotations']),
  row: (request) => {
    const { podName, serviceAccountName, nodeName, signerName, unverifiedUserAnnotations } = request.spec;
    return [nameOf(request), podName, serviceAccountName, nodeName, signerName, endingOf(request.status?.conditions)?.type ?? 'Pending', labelsText(unverifiedUserAnnotations)];
  },
};

/** A kubelet asks a signer for the certificate of a pod (KEP-4317). */
export const podCertificateRequest = defineKind(resources.podCertificateRequests, {
  defaults: ({ spec }) => {
    if (spec) spec.maxExpirationSeconds ??= defaultSeconds;
  },
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '', 'spec.podName': ({ spec }) => spec?.podName ?? '', 'spec.nodeName': ({ spec }) => spec?.nodeName ?? '' },
  strategy: {
    ...keepStatus,
    validateCreate,
    validateUpdate: (next, previous) => {
      const out: Errors = [];
      checkImmutable(out, 'spec', [next.spec, previous.spec]);
      return out;
    },
  },
  statusStrategy: { ...keepSpec, validateUpdate: validateStatus },
  printer,
});

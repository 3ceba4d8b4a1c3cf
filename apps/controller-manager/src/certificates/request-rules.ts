import type { CertificateSigningRequest, ParsedCertificateRequest } from '@typernetes/api';

/** Signers that this cluster signs for (API docs: Certificate Signing Requests, "Kubernetes signers"). */
export const kubeletClientSigner = 'kubernetes.io/kube-apiserver-client-kubelet';
const clientSigner = 'kubernetes.io/kube-apiserver-client';
const servingSigner = 'kubernetes.io/kubelet-serving';
const legacySigner = 'kubernetes.io/legacy-unknown';
const signers: ReadonlySet<string> = new Set([clientSigner, kubeletClientSigner, servingSigner, legacySigner]);

const nodeGroup = 'system:nodes';
const nodePrefix = 'system:node:';
const encipherment = 'key encipherment';
const signature = 'digital signature';

export const hasCondition = ({ status }: CertificateSigningRequest, type: string): boolean => (status?.conditions ?? []).some((condition) => condition.type === type);

/** Whether the signing controller has something to do. */
export const awaitsSigning = (csr: CertificateSigningRequest): boolean =>
  signers.has(csr.spec.signerName) && hasCondition(csr, 'Approved') && !hasCondition(csr, 'Denied') && !hasCondition(csr, 'Failed') && !csr.status?.certificate;

const isOneOf = (usages: readonly string[], required: string, allowed: readonly string[]): boolean =>
  usages.includes(required) && usages.every((usage) => usage === required || allowed.includes(usage));

/** The subject of a node: its group alone, and a user name of the right form. */
function nodeSubjectProblem({ organizations, commonName }: ParsedCertificateRequest): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== nodeGroup) return 'subject organization is not system:nodes';
  return commonName.startsWith(nodePrefix) ? undefined : 'subject common name does not begin with system:node:';
}

function kubeletClientProblem(request: ParsedCertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, ips, emails, uris } = request.altNames;
  return (
    nodeSubjectProblem(request) ??
    (dns.length > 0 ? 'DNS subjectAltNames are not allowed' : undefined) ??
    (emails.length > 0 ? 'Email subjectAltNames are not allowed' : undefined) ??
    (ips.length > 0 ? 'IP subjectAltNames are not allowed' : undefined) ??
    (uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined) ??
    (isOneOf(usages, 'client auth', [encipherment, signature]) && usages.includes(signature) ? undefined : 'usages did not match [client auth digital signature] or [client auth digital signature key encipherment]')
  );
}

function servingProblem(request: ParsedCertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, ips, emails, uris } = request.altNames;
  return (
    nodeSubjectProblem(request) ??
    (dns.length + ips.length === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
    (emails.length > 0 ? 'Email subjectAltNames are not allowed' : undefined) ??
    (uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined) ??
    (isOneOf(usages, 'server auth', [encipherment, signature]) && usages.includes(signature) ? undefined : 'usages did not match [digital signature server auth] or [digital signature key encipherment server auth]')
  );
}

/** Why a signer must not sign; undefined when it may. */
export function signingProblem({ spec }: CertificateSigningRequest, request: ParsedCertificateRequest): string | undefined {
  const usages = spec.usages ?? [];
  switch (spec.signerName) {
    case kubeletClientSigner:
      return kubeletClientProblem(request, usages);
    case servingSigner:
      return servingProblem(request, usages);
    case clientSigner:
      return isOneOf(usages, 'client auth', [encipherment, signature]) ? undefined : `usages must be [client auth] with ${encipherment} or ${signature}`;
    default:
      return undefined;
  }
}

/** Whether a request is one that nodes make for themselves; then the right that its author must hold, and what approval says. */
export function nodeApproval(csr: CertificateSigningRequest, request: ParsedCertificateRequest): { subresource: string; message: string }[] {
  if (csr.spec.signerName !== kubeletClientSigner || kubeletClientProblem(request, csr.spec.usages ?? [])) return [];
  const first = { subresource: 'nodeclient', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' };
  const own = { subresource: 'selfnodeclient', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' };
  return request.commonName === csr.spec.username ? [own, first] : [first];
}

const hourMs = 3_600_000;
/** What is decided has been read within an hour; what is not decided within a day will not be. */
const decidedMs = hourMs;
const pendingMs = 24 * hourMs;

/** How long a request may still stay, in ms; 0 or less: it goes now. `certificateEndMs`: when its certificate expires. */
export function cleaningDueMs(csr: CertificateSigningRequest, nowMs: number, certificateEndMs: number | undefined): number {
  const sinceMs = (time: string | undefined): number => Date.parse(time ?? csr.metadata?.creationTimestamp ?? '') || nowMs;
  const decisions = ['Approved', 'Denied', 'Failed'].flatMap((type) => {
    const found = csr.status?.conditions?.find((condition) => condition.type === type);
    // Approved but not signed is still pending.
    return found && (type !== 'Approved' || csr.status?.certificate) ? [sinceMs(found.lastUpdateTime) + decidedMs] : [];
  });
  const ends = [...decisions, ...(certificateEndMs === undefined ? [] : [certificateEndMs]), ...(decisions.length === 0 ? [sinceMs(undefined) + pendingMs] : [])];
  return Math.min(...ends) - nowMs;
}

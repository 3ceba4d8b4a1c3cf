import { X509Certificate } from 'node:crypto';
import { fieldError, type FieldError } from '@typernetes/machinery';
import { conditionsOf, decisions, lastingConditions } from '../certificates/conditions';
import { parseCertificateRequest } from '../certificates/parse-request';
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from '../generated/types';
import { dnsLabelName, dnsSubdomainName, type NameRule } from '../name-rules';
import { checkRequired, sameValue, type Errors } from './checks';

const usages: readonly string[] = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature',
  'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc',
  'netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
];

const legacySigner = 'kubernetes.io/legacy-unknown';
/** Shorter lives than this are taken for a mistake of unit. */
const expirationSecondsMin = 600;
/** A resource's name, a dot and a namespace: signers are named so (KEP-1513). */
const signerPathBytesMax = 253 + 1 + 63;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function checkRequest(out: Errors, request: string): void {
  try {
    const parsed = parseCertificateRequest(Buffer.from(request, 'base64').toString());
    if (!parsed.isSignatureValid()) throw new Error('x509: signature verification failed');
  } catch (error) {
    out.push(fieldError.invalid('spec.request', request, messageOf(error)));
  }
}

function checkUsages(out: Errors, given: readonly string[]): void {
  checkRequired(out, 'spec.usages', given);
  given.forEach((usage, i) => {
    if (!usages.includes(usage)) out.push(fieldError.notSupported(`spec.usages[${i}]`, usage, usages));
    if (given.indexOf(usage) < i) out.push(fieldError.duplicate(`spec.usages[${i}]`, usage));
  });
}

function checkLabels(out: Errors, part: string, rule: NameRule): void {
  for (const label of part.split('.')) {
    for (const text of rule(label, false)) out.push(fieldError.invalid('spec.signerName', part, `validating label ${JSON.stringify(label)}: ${text}`));
  }
}

export function checkSignerName(out: Errors, signerName: string): void {
  const field = 'spec.signerName';
  if (!checkRequired(out, field, signerName)) return;
  if (signerName === legacySigner) {
    out.push(fieldError.invalid(field, signerName, 'the legacy signerName is not allowed via this API version'));
    return;
  }
  const [domain = '', path, ...rest] = signerName.split('/');
  if (path === undefined || rest.length > 0) {
    out.push(fieldError.invalid(field, signerName, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
    return;
  }
  checkLabels(out, domain, dnsLabelName);
  if (Buffer.byteLength(domain) > 253) out.push(fieldError.tooLong(field, 253));
  if (!domain.includes('.')) out.push(fieldError.invalid(field, domain, 'should be a domain with at least two segments separated by dots'));
  checkLabels(out, path, dnsSubdomainName);
  if (Buffer.byteLength(path) > signerPathBytesMax) out.push(fieldError.tooLong(field, signerPathBytesMax));
}

function checkSpec(out: Errors, { request, usages: given = [], signerName, expirationSeconds }: CertificateSigningRequestSpec): void {
  checkRequest(out, request ?? '');
  checkUsages(out, given);
  checkSignerName(out, signerName ?? '');
  if (expirationSeconds !== undefined && expirationSeconds < expirationSecondsMin) {
    out.push(fieldError.invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'));
  }
}

function checkConditions(out: Errors, request: CertificateSigningRequest): void {
  const seen = new Set<string>();
  (request.status?.conditions ?? []).forEach(({ type, status }, i) => {
    const field = `status.conditions[${i}]`;
    checkRequired(out, `${field}.type`, type);
    const statuses = (lastingConditions as readonly string[]).includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (checkRequired(out, `${field}.status`, status) && !statuses.includes(status)) out.push(fieldError.notSupported(`${field}.status`, status, statuses));
    const other = decisions.find((decision) => decision !== type);
    if ((decisions as readonly string[]).includes(type) && other && seen.has(other)) {
      out.push(fieldError.invalid(`${field}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (seen.has(type)) out.push(fieldError.duplicate(`${field}.type`, type));
    seen.add(type);
  });
}

/** @returns what is wrong with a chain of certificates; undefined: nothing */
function certificateFault(text: string): string | undefined {
  const blocks = [...text.matchAll(/-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/g)];
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  for (const [block, type = '', body = ''] of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (body.includes(':')) return 'no PEM block headers are permitted';
    try {
      new X509Certificate(block);
    } catch (error) {
      return messageOf(error);
    }
  }
  return undefined;
}

function checkAll(request: CertificateSigningRequest): Errors {
  const out: Errors = [];
  checkSpec(out, request.spec ?? { request: '', signerName: '' });
  checkConditions(out, request);
  const certificate = request.status?.certificate;
  const fault = certificate ? certificateFault(Buffer.from(certificate, 'base64').toString()) : undefined;
  if (fault !== undefined) out.push(fieldError.invalid('status.certificate', '<certificate data>', fault));
  return out;
}

interface Rights {
  readonly decide?: boolean;
  readonly issue?: boolean;
}

function checkChange(next: CertificateSigningRequest, previous: CertificateSigningRequest, { decide = false, issue = false }: Rights): Errors {
  const out = checkAll(next);
  for (const type of lastingConditions) {
    const [now, before] = [conditionsOf(next, type), conditionsOf(previous, type)];
    const forbid = (what: string): void => void out.push(fieldError.forbidden('status.conditions', `updates may not ${what} a condition of type "${type}"`));
    if (now.length < before.length) forbid('remove');
    if (decide || type === 'Failed') continue;
    if (now.length > before.length) forbid('add');
    else if (now.length === before.length && !sameValue(now, before)) forbid('modify');
  }
  const before = previous.status?.certificate ?? '';
  if ((next.status?.certificate ?? '') !== before) {
    if (!issue) out.push(fieldError.forbidden('status.certificate', 'updates may not set certificate content'));
    else if (before) out.push(fieldError.forbidden('status.certificate', 'updates may not modify existing certificate content'));
  }
  return out;
}

export const validateCertificateSigningRequestCreate = (next: CertificateSigningRequest): FieldError[] => checkAll(next);

export const validateCertificateSigningRequestUpdate = (next: CertificateSigningRequest, previous: CertificateSigningRequest): FieldError[] => checkChange(next, previous, {});

export const validateCertificateSigningRequestStatusUpdate = (next: CertificateSigningRequest, previous: CertificateSigningRequest): FieldError[] =>
  checkChange(next, previous, { issue: true });

export const validateCertificateSigningRequestApproval = (next: CertificateSigningRequest, previous: CertificateSigningRequest): FieldError[] =>
  checkChange(next, previous, { decide: true });

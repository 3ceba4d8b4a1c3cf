import { X509Certificate } from 'node:crypto';
import { fieldError, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { V1beta1ClusterTrustBundle } from '../generated/types';
import type { TablePrinter } from '../kind';
import { anyName, dnsSubdomainName } from '../name-rules';
import { columns, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { checkSignerName } from '../validation/certificate-signing-request';
import { checkImmutable, checkWith, type Errors } from '../validation/checks';

const bundleBytesMax = 1024 * 1024;
const field = 'spec.trustBundle';
const omitted = '<value omitted>';

/** A bundle of a signer begins with its name; one of nobody has no colon. */
function nameProblems(name: string, signerName: string): string[] {
  if (signerName === '') return name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : dnsSubdomainName(name, false);
  const prefix = `${signerName.replaceAll('/', ':')}:`;
  if (!name.startsWith(prefix)) return [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
  return dnsSubdomainName(name.slice(prefix.length), false);
}

interface Block {
  readonly type: string;
  readonly body: string;
}

const blocksOf = (text: string): Block[] => [...text.matchAll(/-----BEGIN ([^-]+)-----\r?\n([\s\S]*?)-----END \1-----/g)].map(([, type = '', body = '']) => ({ type, body }));

/** What is wrong with one entry; undefined for the certificate of an authority. */
function entryProblem({ type, body }: Block, index: number): string | undefined {
  if (type !== 'CERTIFICATE') return `entry ${index} has bad block type: ${type}`;
  if (/^[^\n:]+:/m.test(body)) return `entry ${index} has PEM block headers`;
  try {
    const certificate = new X509Certificate(`-----BEGIN CERTIFICATE-----\n${body}-----END CERTIFICATE-----\n`);
    return certificate.ca ? undefined : `entry ${index} does not have the CA bit set`;
  } catch (error) {
    return `entry ${index} does not parse as X.509: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function checkBundle(out: Errors, text: string): void {
  if (Buffer.byteLength(text) > bundleBytesMax) {
    out.push({ type: 'TooLong', field, detail: `may not be more than ${bundleBytesMax} bytes` });
    return;
  }
  const blocks = blocksOf(text);
  if (blocks.length === 0) out.push(fieldError.invalid(field, omitted, 'at least one trust anchor must be provided'));
  const seen = new Map<string, number>();
  for (const [index, block] of blocks.entries()) {
    const problem = entryProblem(block, index);
    if (problem) {
      out.push(fieldError.invalid(field, omitted, problem));
      return;
    }
    const der = block.body.replace(/\s/g, '');
    const first = seen.get(der);
    if (first !== undefined) out.push(fieldError.invalid(field, omitted, `duplicate trust anchor (indices [${first} ${index}])`));
    else seen.set(der, index);
  }
}

function validate({ metadata, spec }: V1beta1ClusterTrustBundle, previous?: V1beta1ClusterTrustBundle): FieldError[] {
  const out: Errors = [];
  const { signerName = '', trustBundle = '' } = (spec ?? {}) as Partial<V1beta1ClusterTrustBundle['spec']>;
  checkWith(out, 'metadata.name', metadata?.name ?? '', (name) => nameProblems(name, signerName));
  if (signerName !== '') checkSignerName(out, signerName);
  // What is stored may have been written by looser rules.
  if (previous?.spec.trustBundle !== trustBundle) checkBundle(out, trustBundle);
  return out;
}

const printer: TablePrinter<V1beta1ClusterTrustBundle> = {
  columns: columns('bundle', ['Name', 'SignerName']),
  row: (bundle) => [nameOf(bundle), bundle.spec.signerName || '<none>'],
};

/** Certificates of authorities that everybody may read, of one signer or of nobody (KEP-3257). */
export const clusterTrustBundle = defineKind(resources.clusterTrustBundles, {
  validateName: anyName,
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
  strategy: {
    validateCreate: (next) => validate(next),
    validateUpdate: (next, previous) => {
      const out = validate(next, previous);
      checkImmutable(out, 'spec.signerName', [next.spec.signerName ?? '', previous.spec.signerName ?? '']);
      return out;
    },
  },
  printer,
});

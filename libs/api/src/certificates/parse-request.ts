/** Reading PKCS#10 certificate requests (RFC 2986): with any kind of key, which node-forge's own reader cannot. */
import { createPublicKey, verify } from 'node:crypto';
import type forge from 'node-forge';
import asn1 from 'node-forge/lib/asn1';
import util from 'node-forge/lib/util';

/** Names that a certificate is for beside its subject (RFC 5280 section 4.2.1.6). */
export interface RequestedAltNames {
  readonly dns: readonly string[];
  /** As bytes: 4 or 16. */
  readonly ips: readonly Buffer[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

/** What a certificate request asks for, as far as the API and its signers judge it. */
export interface ParsedCertificateRequest {
  /** The `O` parts of the subject: groups, in client certificates of the API. */
  readonly organizations: readonly string[];
  /** The `CN` part: the user; empty when there is none. */
  readonly commonName: string;
  readonly altNames: RequestedAltNames;
  /** Name of RFC 5280, in DER. */
  readonly subject: Buffer;
  /** SubjectPublicKeyInfo, in DER. */
  readonly publicKey: Buffer;
  /** Whether who asks has the private key. */
  isSignatureValid(): boolean;
}

const organizationOid = '2.5.4.10';
const commonNameOid = '2.5.4.3';
const extensionRequestOid = '1.2.840.113549.1.9.14';
const subjectAltNameOid = '2.5.29.17';

/** Digest by signature algorithm (RFC 8017 appendix A.2.4, RFC 5758 section 3.2, RFC 8410); null: the algorithm has its own. */
const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

type Node = forge.asn1.Asn1;

const partsOf = (node: Node | undefined): readonly Node[] => (Array.isArray(node?.value) ? node.value : []);
const bytesOf = (node: Node | undefined): string => (typeof node?.value === 'string' ? node.value : '');
const derOf = (node: Node): Buffer => Buffer.from(asn1.toDer(node).getBytes(), 'binary');
const oidOf = (node: Node | undefined): string => asn1.derToOid(util.createBuffer(bytesOf(node)));

function subjectParts(subject: Node, wanted: string): string[] {
  const attributes = partsOf(subject).flatMap((set) => partsOf(set)).map((attribute) => partsOf(attribute));
  return attributes.filter(([oid]) => oidOf(oid) === wanted).map(([, value]) => Buffer.from(bytesOf(value), 'binary').toString());
}

/** The value of an extension that the request's attributes ask for (RFC 2985 section 5.4.2). */
function requestedExtension(attributes: Node | undefined, wanted: string): Node | undefined {
  const request = partsOf(attributes).map(partsOf).find(([oid]) => oidOf(oid) === extensionRequestOid);
  const extensions = partsOf(partsOf(request?.[1])[0]).map(partsOf);
  const value = extensions.find(([oid]) => oidOf(oid) === wanted)?.at(-1);
  return value && decode(Buffer.from(bytesOf(value), 'binary'));
}

function altNamesOf(extension: Node | undefined): RequestedAltNames {
  const ofType = (type: number): Buffer[] =>
    partsOf(extension)
      .filter((name) => (name.type as number) === type)
      .map((name) => Buffer.from(bytesOf(name), 'binary'));
  const texts = (type: number): string[] => ofType(type).map((bytes) => bytes.toString('latin1'));
  return { emails: texts(1), dns: texts(2), uris: texts(6), ips: ofType(7) };
}

function decode(der: Buffer): Node {
  try {
    // Typed without this option, which keeps bit strings the bytes that they are.
    const options = { strict: true, parseAllBytes: true, decodeBitStrings: false } as unknown as boolean;
    return asn1.fromDer(util.createBuffer(der.toString('binary')), options);
  } catch (error) {
    throw new Error('asn1: structure error: malformed certificate request', { cause: error });
  }
}

/**
 * @param text PEM; what stands before and after the block does not count
 * @throws Error in words for the client
 */
export function parseCertificateRequest(text: string): ParsedCertificateRequest {
  const block = /-----BEGIN ([^-]+)-----([^-]*)-----END \1-----/.exec(text);
  if (block?.[1] !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = partsOf(decode(Buffer.from(block[2] ?? '', 'base64')));
  const [version, subject, publicKey, attributes] = partsOf(info);
  if (!info || !algorithm || !signature || !version || !subject || !publicKey) throw new Error('asn1: structure error: malformed certificate request');
  const digest = digests[oidOf(partsOf(algorithm)[0])];
  if (digest === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  return {
    organizations: subjectParts(subject, organizationOid),
    commonName: subjectParts(subject, commonNameOid).at(-1) ?? '',
    altNames: altNamesOf(requestedExtension(attributes, subjectAltNameOid)),
    subject: derOf(subject),
    publicKey: derOf(publicKey),
    isSignatureValid: () => {
      try {
        const key = createPublicKey({ key: derOf(publicKey), format: 'der', type: 'spki' });
        // The first byte of a bit string counts the bits that are not used.
        return verify(digest, derOf(info), key, Buffer.from(bytesOf(signature), 'binary').subarray(1));
      } catch {
        // A key or a signature that OpenSSL cannot read proves nothing.
        return false;
      }
    },
  };
}

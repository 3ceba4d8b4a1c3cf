import { createPrivateKey, sign } from 'node:crypto';
import forge from 'node-forge';

type Node = forge.asn1.Asn1;

/** Its types leave this function out. */
const pki = forge.pki as typeof forge.pki & { getTBSCertificate(certificate: forge.pki.Certificate): Node };

export interface DraftSigning {
  readonly issuer: forge.pki.Certificate;
  /** PEM, RSA. */
  readonly issuerKey: string;
  /** SubjectPublicKeyInfo of the certificate's key, in DER: of any algorithm. */
  readonly publicKey: Buffer;
  /** Name of RFC 5280, in DER; absent: the draft's own. */
  readonly subject?: Buffer;
}

const nodeOf = (der: Buffer): Node => forge.asn1.fromDer(forge.util.createBuffer(der.toString('binary')));

/** The parts of TBSCertificate (RFC 5280 section 4.1) that node-forge fills with what it knows only for RSA keys. */
const subjectPart = 5;
const publicKeyPart = 6;

/** Signs a certificate whose key node-forge need not know; the signature comes from OpenSSL. @returns PEM */
export function signDraft(draft: forge.pki.Certificate, { issuer, issuerKey, publicKey, subject }: DraftSigning): string {
  // A stand-in: node-forge has no other kind of key, and the part is exchanged below.
  draft.publicKey = issuer.publicKey;
  draft.setIssuer(issuer.subject.attributes);
  draft.signatureOid = draft.siginfo.algorithmOid = forge.pki.oids['sha256WithRSAEncryption'] ?? '';
  const body = pki.getTBSCertificate(draft);
  const parts = body.value as Node[];
  if (subject) parts[subjectPart] = nodeOf(subject);
  parts[publicKeyPart] = nodeOf(publicKey);
  const signature = sign('sha256', Buffer.from(forge.asn1.toDer(body).getBytes(), 'binary'), createPrivateKey(issuerKey));
  const { Class, Type, create, oidToDer, toDer } = forge.asn1;
  const algorithm = create(Class.UNIVERSAL, Type.SEQUENCE, true, [
    create(Class.UNIVERSAL, Type.OID, false, oidToDer(draft.signatureOid).getBytes()),
    create(Class.UNIVERSAL, Type.NULL, false, ''),
  ]);
  const whole = create(Class.UNIVERSAL, Type.SEQUENCE, true, [body, algorithm, create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${signature.toString('binary')}`)]);
  return forge.pem.encode({ type: 'CERTIFICATE', body: toDer(whole).getBytes() }).replaceAll('\r', '');
}

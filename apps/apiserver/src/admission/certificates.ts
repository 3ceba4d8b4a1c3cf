import { parseCertificateRequest, type CertificateSigningRequest, type V1beta1ClusterTrustBundle } from '@typernetes/api';
import { jsonEqual } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import { decide } from '../pipeline/authorize';
import type { Authorizer } from '../pipeline/authorizer';
import { groups } from '../pipeline/types';
import { forbid } from './forbid';

const group = 'certificates.k8s.io';
const apiClientSigner = 'kubernetes.io/kube-apiserver-client';

const isAbout = ({ kind, subresource }: AdmissionContext, wanted: string): boolean =>
  kind.group === group && kind.resource === 'certificatesigningrequests' && subresource === wanted;

/** May the user act on this signer, by its name or as any of its domain (`example.com/*`)? */
async function maySign(authorizers: readonly Authorizer[], { user }: AdmissionContext, verb: 'approve' | 'attest' | 'sign', signerName: string): Promise<boolean> {
  for (const name of [signerName, `${signerName.split('/')[0]}/*`]) {
    const decision = await decide(authorizers, user, { type: 'resource', verb, group, version: '*', resource: 'signers', subresource: '', namespace: '', name });
    if (decision.type === 'allow') return true;
  }
  return false;
}

/** Who approves or denies must be let by the signer (`approve` on `signers`), beside the right to the subresource. */
export const certificateApproval = (authorizers: readonly Authorizer[]): AdmissionPlugin => ({
  name: 'CertificateApproval',
  operations: ['UPDATE'],
  validate: async (context) => {
    if (!isAbout(context, 'approval')) return;
    // The stored one: what the client wrote into the spec does not count.
    const { signerName } = (context.previous as CertificateSigningRequest).spec;
    if (!(await maySign(authorizers, context, 'approve', signerName))) throw forbid(context, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`);
  },
});

/** Who issues must be the signer (`sign` on `signers`); other writes of the status are not its business. */
export const certificateSigning = (authorizers: readonly Authorizer[]): AdmissionPlugin => ({
  name: 'CertificateSigning',
  operations: ['UPDATE'],
  validate: async (context) => {
    if (!isAbout(context, 'status')) return;
    const [next, previous] = [context.object as CertificateSigningRequest, context.previous as CertificateSigningRequest];
    const isSame = next.status?.certificate === previous.status?.certificate && jsonEqual(next.status?.conditions ?? [], previous.status?.conditions ?? []);
    if (isSame) return;
    const { signerName } = previous.spec;
    if (!(await maySign(authorizers, context, 'sign', signerName))) throw forbid(context, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`);
  },
});

/** Who says which authorities a signer has must be let by the signer (`attest` on `signers`). */
export const clusterTrustBundleAttest = (authorizers: readonly Authorizer[]): AdmissionPlugin => ({
  name: 'ClusterTrustBundleAttest',
  operations: ['CREATE', 'UPDATE'],
  validate: async (context) => {
    if (context.kind.group !== group || context.kind.resource !== 'clustertrustbundles' || context.subresource !== '') return;
    const [next, previous] = [context.object as V1beta1ClusterTrustBundle, context.previous as V1beta1ClusterTrustBundle | undefined];
    const { signerName } = next.spec;
    // Who only changes labels or finalizers says nothing of the signer.
    if (!signerName || (previous && jsonEqual(previous.spec, next.spec))) return;
    if (!(await maySign(authorizers, context, 'attest', signerName))) throw forbid(context, `user not permitted to attest for signerName ${JSON.stringify(signerName)}`);
  },
});

/** Nobody gets a certificate for the group that may do everything. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],
  validate: (context) => {
    const { spec } = context.object as CertificateSigningRequest;
    if (!isAbout(context, '') || spec.signerName !== apiClientSigner) return;
    const { organizations } = parseCertificateRequest(Buffer.from(spec.request, 'base64').toString());
    if (organizations.includes(groups.masters)) throw forbid(context, `use of ${apiClientSigner} signer with ${groups.masters} group is not allowed`);
  },
};

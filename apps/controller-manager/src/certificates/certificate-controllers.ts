import { X509Certificate } from 'node:crypto';
import { parseCertificateRequest, resources, type CertificateSigningRequest, type ParsedCertificateRequest } from '@typernetes/api';
import { keyOf, type Controller, type Informer } from '@typernetes/client';
import { formatTime, hasReason } from '@typernetes/machinery';
import { signRequest } from '@typernetes/pki';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { awaitsSigning, cleaningDueMs, hasCondition, nodeApproval, signingProblem } from './request-rules';

type Csr = CertificateSigningRequest;

/** Clocks of those who use the certificate may be behind. */
const backdateMs = 5 * 60_000;

const requestsOf = ({ informers }: ControllerContext): Informer<Csr> => informers.informer(resources.certificateSigningRequests);
const parse = ({ spec }: Csr): ParsedCertificateRequest => parseCertificateRequest(Buffer.from(spec.request, 'base64').toString());

function follow(requests: Informer<Csr>, loop: Controller): void {
  const enqueue = (csr: Csr): void => loop.enqueue(keyOf(csr));
  requests.onChange({ added: enqueue, updated: enqueue });
}

function withCondition(csr: Csr, type: string, reason: string, detail: { message: string; now: string }): Csr {
  const { message, now } = detail;
  const condition = { type, status: 'True', reason, message, lastUpdateTime: now };
  return { ...csr, status: { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] } };
}

/** Approves the client certificates that nodes ask for, when their user may have one (API docs: kubelet TLS bootstrapping). */
export const csrApprovingController: ControllerDefinition = {
  name: 'certificatesigningrequest-approving-controller',
  setUp(context) {
    const { client, clock } = context;
    const requests = requestsOf(context);
    const may = async ({ spec }: Csr, subresource: string): Promise<boolean> => {
      const review = await client.resource(resources.subjectAccessReviews).create({
        spec: {
          user: spec.username,
          uid: spec.uid,
          groups: spec.groups,
          extra: spec.extra,
          resourceAttributes: { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource, version: '*' },
        },
      });
      return review.status?.allowed ?? false;
    };
    const loop = newController(context, this.name, async (key) => {
      const csr = requests.get(key);
      if (!csr || csr.status?.certificate || hasCondition(csr, 'Approved') || hasCondition(csr, 'Denied')) return;
      const approvals = nodeApproval(csr, parse(csr));
      for (const { subresource, message } of approvals) {
        if (!(await may(csr, subresource))) continue;
        await client.resource(resources.certificateSigningRequests).update(withCondition(csr, 'Approved', 'AutoApproved', { message, now: formatTime(clock.now()) }), { subresource: 'approval' });
        return;
      }
      // Rights may come later: the queue's back-off asks again.
      if (approvals.length > 0) throw new Error(`recognized csr "${key}" as one of a node but subject access review was not approved`);
    });
    follow(requests, loop);
    return (signal) => loop.run(signal);
  },
};

/** Signs what is approved, for the signers of Kubernetes' own. Does nothing without `--cluster-signing-cert-file`. */
export const csrSigningController: ControllerDefinition = {
  name: 'certificatesigningrequest-signing-controller',
  setUp(context) {
    const { client, clock, config } = context;
    const { clusterSigning } = config;
    if (!clusterSigning) return () => Promise.resolve();
    const authorityEndMs = Date.parse(new X509Certificate(clusterSigning.cert).validTo);
    const requests = requestsOf(context);
    const certificateFor = ({ spec }: Csr, request: ParsedCertificateRequest): string => {
      const nowMs = clock.now();
      const wantedMs = Math.min(clusterSigning.durationMs, spec.expirationSeconds ? spec.expirationSeconds * 1000 : clusterSigning.durationMs);
      const { subject, publicKey, altNames } = request;
      const { dns, ips } = altNames;
      return signRequest(clusterSigning, { subject, publicKey, dns, ips, usages: spec.usages ?? [], notBeforeMs: nowMs - backdateMs, notAfterMs: Math.min(nowMs + wantedMs - backdateMs, authorityEndMs) });
    };
    const loop = newController(context, this.name, async (key) => {
      const csr = requests.get(key);
      if (!csr || !awaitsSigning(csr)) return;
      const request = parse(csr);
      const problem = signingProblem(csr, request);
      const next = problem
        ? withCondition(csr, 'Failed', 'SignerValidationFailure', { message: `invalid usages or subject: ${problem}`, now: formatTime(clock.now()) })
        : { ...csr, status: { ...csr.status, certificate: Buffer.from(certificateFor(csr, request)).toString('base64') } };
      await client.resource(resources.certificateSigningRequests).update(next, { subresource: 'status' });
    });
    follow(requests, loop);
    return (signal) => loop.run(signal);
  },
};

function certificateEndMs({ status }: Csr): number | undefined {
  if (!status?.certificate) return undefined;
  try {
    return Date.parse(new X509Certificate(Buffer.from(status.certificate, 'base64')).validTo);
  } catch {
    // A signer of somebody else's may have written anything.
    return undefined;
  }
}

/** Deletes requests that have served, or that nobody has decided on. */
export const csrCleanerController: ControllerDefinition = {
  name: 'certificatesigningrequest-cleaner-controller',
  setUp(context) {
    const { client, clock } = context;
    const requests = requestsOf(context);
    const loop = newController(context, this.name, async (key) => {
      const csr = requests.get(key);
      if (!csr) return undefined;
      const leftMs = cleaningDueMs(csr, clock.now(), certificateEndMs(csr));
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const { name = '', uid, resourceVersion } = csr.metadata ?? {};
      await client.resource(resources.certificateSigningRequests).delete(name, { preconditions: { uid, resourceVersion } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
      });
      return undefined;
    });
    follow(requests, loop);
    return (signal) => loop.run(signal);
  },
};

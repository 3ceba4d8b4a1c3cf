import type { ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { apiErrors } from '@typernetes/machinery';

type AnyCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

const apiserverName = 'kube-apiserver-kubelet-client';
const mastersGroup = 'system:masters';

const values = (part: string | string[] | undefined): string[] => (part === undefined ? [] : [part].flat());

/** A certificate's subject as Node gives it. */
interface Subject {
  CN?: string | string[];
  O?: string | string[];
}

/** The apiserver and administrators, who may do everything here. */
export const isTrusted = ({ CN, O }: Subject): boolean => values(CN).includes(apiserverName) || values(O).includes(mastersGroup);

/** Only the apiserver and administrators may call: what runs here is theirs to see. @throws ApiError */
export function checkCaller(call: Pick<AnyCall, 'getAuthContext'>): void {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (!certificate) throw apiErrors.unauthorized();
  const subject = certificate.subject as Subject;
  if (isTrusted(subject)) return;
  throw apiErrors.forbidden({ group: '', resource: 'nodes', name: '' }, `User ${JSON.stringify(values(subject.CN)[0] ?? '')} cannot use the kubelet API`);
}

import type { ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { apiErrors } from '@typernetes/machinery';

type AnyCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

const apiserverName = 'kube-apiserver-kubelet-client';
const mastersGroup = 'system:masters';

const values = (part: string | string[] | undefined): string[] => (part === undefined ? [] : [part].flat());

/** Only the apiserver and administrators may call: what runs here is theirs to see. @throws ApiError */
export function checkCaller(call: Pick<AnyCall, 'getAuthContext'>): void {
  const certificate = call.getAuthContext().sslPeerCertificate;
  if (!certificate) throw apiErrors.unauthorized();
  const { CN, O } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  if (values(CN).includes(apiserverName) || values(O).includes(mastersGroup)) return;
  throw apiErrors.forbidden({ group: '', resource: 'nodes', name: '' }, `User ${JSON.stringify(values(CN)[0] ?? '')} cannot use the kubelet API`);
}

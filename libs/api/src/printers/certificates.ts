import { humanDuration } from '@typernetes/machinery';
import { conditionsOf } from '../certificates/conditions';
import type { CertificateSigningRequest } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from './cells';

/** `Approved,Issued`: what was decided, and what came of it. */
function conditionText(request: CertificateSigningRequest): string {
  const has = (type: string): boolean => conditionsOf(request, type).length > 0;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return [decision, ...(has('Failed') ? ['Failed'] : []), ...(request.status?.certificate ? ['Issued'] : [])].join(',');
}

export const certificateSigningRequestPrinter: TablePrinter<CertificateSigningRequest> = {
  columns: columns('request', ['Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition']),
  row(request, nowMs) {
    const { signerName, username, expirationSeconds } = request.spec;
    return [
      nameOf(request),
      age(request, nowMs),
      signerName || '<none>',
      username ?? '',
      expirationSeconds === undefined ? '<none>' : humanDuration(expirationSeconds * 1000),
      conditionText(request),
    ];
  },
};

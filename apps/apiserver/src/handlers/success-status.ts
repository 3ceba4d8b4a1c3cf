import type { KubernetesObject } from '@typernetes/machinery';

/** meta/v1 Status for what worked and has no object to show. */
export function successStatus(code: number): KubernetesObject {
  return Object.assign({ kind: 'Status', apiVersion: 'v1', metadata: {} }, { status: 'Success', code });
}

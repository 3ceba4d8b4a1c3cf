import type { Pod, PodSpec, Toleration } from '@typernetes/api';
import type { AdmissionPlugin } from '../pipeline/admission';
import { isCore } from './forbid';

/** How long pods stay on a node that stopped answering (upstream's default). */
const tolerationSeconds = 300;

const taints: readonly string[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const decidesOn = (key: string, toleration: Toleration): boolean =>
  (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect);

/** Adds what the pod does not decide itself. Changes `spec`. */
export function addDefaultTolerations(spec: PodSpec): void {
  const own = spec.tolerations ?? [];
  const missing = taints.filter((key) => !own.some((toleration) => decidesOn(key, toleration)));
  if (missing.length === 0) return;
  spec.tolerations = [...own, ...missing.map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }))];
}

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  operations: ['CREATE', 'UPDATE'],
  admit: (context) => {
    const pod: Pod | undefined = context.object;
    if (isCore(context, 'pods') && pod?.spec) addDefaultTolerations(pod.spec);
  },
};

/** Taints and tolerations (core/v1), as scheduler, controllers and kubelet all judge them. */
export interface TaintLike {
  key: string;
  value?: string;
  effect: string;
}

export interface TolerationLike {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

/** Empty key with Exists tolerates every taint, empty effect every effect. `Lt` and `Gt` compare integers (KEP-5471). */
export function tolerates(toleration: TolerationLike, taint: TaintLike): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
    case 'Lt':
      return compareIntegers(taint.value, toleration.value, (taintValue, bound) => taintValue < bound);
    case 'Gt':
      return compareIntegers(taint.value, toleration.value, (taintValue, bound) => taintValue > bound);
    default:
      return false;
  }
}

function compareIntegers(taintValue = '', bound = '', holds: (a: bigint, b: bigint) => boolean): boolean {
  const integer = /^-?\d+$/;
  return integer.test(taintValue) && integer.test(bound) && holds(BigInt(taintValue), BigInt(bound));
}

/** The first taint of one of the effects that nothing tolerates. */
export function firstUntoleratedTaint<T extends TaintLike>(
  taints: readonly T[],
  tolerations: readonly TolerationLike[],
  effects: readonly string[],
): T | undefined {
  return taints.find((taint) => effects.includes(taint.effect) && !tolerations.some((toleration) => tolerates(toleration, taint)));
}

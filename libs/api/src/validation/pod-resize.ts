import { fieldError, qosClass, type FieldError } from '@typernetes/machinery';
import type { Container, Pod, PodSpec } from '../generated/types';
import { sameValue, type Errors } from './checks';
import { checkPodSpec } from './pod-spec';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const resizable = new Set(['cpu', 'memory']);

/** True when the lists name the same containers at the same places. */
function checkOrder(out: Errors, field: string, [next, previous]: readonly [Container[], Container[]]): boolean {
  if (next.length !== previous.length) {
    out.push(fieldError.forbidden(field, 'containers may not be added or removed on resize'));
    return false;
  }
  const moved = next.flatMap(({ name }, i) => (name === previous[i]?.name ? [] : [i]));
  for (const i of moved) out.push(fieldError.forbidden(`${field}[${i}]`, 'containers may not be renamed or reordered on resize'));
  return moved.length === 0;
}


/** What was asked for or limited stays so, only by another amount. */
function checkAmounts(out: Errors, field: string, [next, previous]: readonly [Container, Container]): void {
  for (const side of ['limits', 'requests'] as const) {
    const [after, before] = [next.resources?.[side] ?? {}, previous.resources?.[side] ?? {}];
    const isRemoved = Object.keys(before).some((name) => after[name] === undefined);
    if (isRemoved) out.push(fieldError.forbidden(`${field}.resources.${side}`, `resource ${side} cannot be removed`));
  }
}

/** The spec with the amounts that may change set aside: what still differs may not. */
function withoutAmounts(spec: PodSpec): PodSpec {
  const strip = (containers: Container[] | undefined): Container[] | undefined =>
    containers?.map((container) => {
      const keep = (list: Record<string, string> | undefined): Record<string, string> => Object.fromEntries(Object.entries(list ?? {}).filter(([name]) => !resizable.has(name)));
      const { requests, limits, ...rest } = container.resources ?? {};
      return { ...container, resources: { ...rest, requests: keep(requests), limits: keep(limits) } };
    });
  return { ...spec, containers: strip(spec.containers) ?? [], initContainers: strip(spec.initContainers) };
}

/** For the resize subresource (KEP-1287): cpu and memory of containers and sidecars, within the pod's QoS class. */
export function validatePodResize(next: Pod, previous: Pod): FieldError[] {
  if (previous.metadata?.annotations?.[mirrorAnnotation] !== undefined) return [fieldError.forbidden('', 'static pods cannot be resized')];
  const before: PodSpec = previous.spec ?? { containers: [] };
  const after: PodSpec = next.spec ?? { containers: [] };
  if (before.resources?.requests || before.resources?.limits) return [fieldError.forbidden('', 'pods with pod-level resources cannot be resized')];
  const out: Errors = [];
  checkPodSpec(out, 'spec', after);
  const known = previous.status?.qosClass ?? qosClass(previous);
  if (known !== qosClass(next)) out.push(fieldError.invalid('spec', known, 'Pod QOS Class may not change as a result of resizing'));
  const lists = [
    ['spec.containers', [after.containers, before.containers]],
    ['spec.initContainers', [after.initContainers ?? [], before.initContainers ?? []]],
  ] as const;
  for (const [field, pair] of lists) {
    if (!checkOrder(out, field, pair)) return out;
    pair[0].forEach((container, i) => {
      const was = pair[1][i];
      if (!was) return;
      checkAmounts(out, `${field}[${i}]`, [container, was]);
      const isPlainInit = field === 'spec.initContainers' && container.restartPolicy !== 'Always';
      if (isPlainInit && !sameValue(container.resources, was.resources)) {
        out.push(fieldError.forbidden(`${field}[${i}].resources`, 'resources for non-sidecar init containers are immutable'));
      }
    });
  }
  if (out.length === 0 && !sameValue(withoutAmounts(after), withoutAmounts(before))) out.push(fieldError.forbidden('spec', 'only cpu and memory resources are mutable'));
  return out;
}

import type { Pod } from '@typernetes/api';
import { podRequests, quantityToNumber } from '@typernetes/machinery';
import type { Refusal } from './refusal';

/** Upstream counts cpu in thousandths. */
const amountOf = (name: string, text: string): number => quantityToNumber(text, name === 'cpu' ? 'milli' : 'one');

/** One resource that a node has too little of. */
export interface Shortage {
  name: string;
  requested: number;
  used: number;
  capacity: number;
}

/** What `pod` asks for and `allocatable` less the requests of `others` does not hold; the number of pods first. */
export function shortages(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Shortage[] {
  const pods = amountOf('pods', allocatable['pods'] ?? '0');
  const found: Shortage[] = others.length + 1 > pods ? [{ name: 'pods', requested: 1, used: others.length, capacity: pods }] : [];
  const requests = Object.entries(podRequests(pod)).filter(([name, text]) => amountOf(name, text) > 0);
  if (requests.length === 0) return found;
  const usedLists = others.map((other) => podRequests(other));
  for (const [name, text] of requests) {
    const used = usedLists.reduce((sum, list) => sum + amountOf(name, list[name] ?? '0'), 0);
    const shortage = { name, requested: amountOf(name, text), used, capacity: amountOf(name, allocatable[name] ?? '0') };
    if (shortage.requested > shortage.capacity - used) found.push(shortage);
  }
  return found;
}

/** `OutOfcpu`, `OutOfpods`, ... */
export function resourceRefusal(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Refusal | undefined {
  const [first] = shortages(pod, others, allocatable);
  return first && { reason: `OutOf${first.name}`, message: shortageText(first) };
}

/** Upstream's words for a resource that is taken. */
export const shortageText = ({ name, requested, used, capacity }: Shortage): string =>
  `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

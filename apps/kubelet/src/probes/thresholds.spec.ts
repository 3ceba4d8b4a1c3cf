import type { ProbeType } from './thresholds';
import { initialState, observe } from './thresholds';

/** `+` good, `-` bad; gives what is believed after each answer. */
const believe = (type: ProbeType, answers: string, thresholds: object): string => {
  let state = initialState(type);
  return [...answers].map((answer) => ((state = observe(state, answer === '+', thresholds)).healthy ? 'Y' : 'n')).join('');
};

test.each<[ProbeType, object, string, string]>([
  ['readiness', {}, '+-+', 'YYY'],
  ['readiness', { failureThreshold: 1 }, '+-+', 'YnY'],
  ['readiness', { successThreshold: 2 }, '+-++', 'nnnY'],
  ['liveness', { failureThreshold: 3 }, '--+---', 'YYYYYn'],
  ['startup', { failureThreshold: 2 }, '--+', 'nnY'],
])('%s %j: %s gives %s', (type, thresholds, answers, expected) => expect(believe(type, answers, thresholds)).toBe(expected));

import type { ServiceCIDR } from '@typernetes/api';
import { parseIpRange } from './ip-range';
import { usableRanges } from './service-ranges';

const flag = parseIpRange('10.96.0.0/24');
const ready = { conditions: [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '' }] };
const unready = { conditions: [{ ...ready.conditions[0], type: 'Ready', status: 'False', reason: 'Terminating', message: '', lastTransitionTime: '' }] };
const cidr = (name: string, cidrs: string[], more: Partial<ServiceCIDR> = {}): ServiceCIDR => ({ metadata: { name }, spec: { cidrs }, status: ready, ...more });
const deleted = (name: string): ServiceCIDR['metadata'] => ({ name, deletionTimestamp: '2030-01-01T00:00:00Z' });

test.each<[string, ServiceCIDR[], string[]]>([
  ['the flag as long as there is no object', [], ['10.96.0.0/24']],
  ['the object of the flag', [cidr('kubernetes', ['10.97.0.0/24'])], ['10.97.0.0/24']],
  ['the object that has just been made', [cidr('kubernetes', ['10.97.0.0/24'], { status: undefined })], ['10.97.0.0/24']],
  ['nothing of one that goes', [cidr('kubernetes', ['10.97.0.0/24'], { metadata: deleted('kubernetes') })], []],
  ['nothing of one that is not ready', [cidr('kubernetes', ['10.97.0.0/24'], { status: unready })], []],
  ['more ranges, the default one first', [cidr('a', ['10.98.0.0/16', 'fd00::/112']), cidr('kubernetes', ['10.97.0.0/24'])], ['10.97.0.0/24', '10.98.0.0/16']],
  ['not those that nobody takes care of', [cidr('a', ['10.98.0.0/16'], { status: {} })], ['10.96.0.0/24']],
  ['not those too small', [cidr('a', ['10.98.0.0/31', '10.98.1.0/30'])], ['10.96.0.0/24', '10.98.1.0/30']],
])('%s', (_name, cidrs, expected) => expect(usableRanges(cidrs, flag).map(({ text }) => text)).toEqual(expected));

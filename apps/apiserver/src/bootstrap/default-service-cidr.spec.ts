import type { ServiceCIDR } from '@typernetes/api';
import { defaultCidrStep } from './default-service-cidr';

const range = '10.96.0.0/16';
const withReady = (status: string): ServiceCIDR => ({ spec: { cidrs: [range] }, status: { conditions: [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime: '' }] } });

test.each<[string, ServiceCIDR, ReturnType<typeof defaultCidrStep>]>([
  ['new', { spec: { cidrs: [range] } }, 'set ready'],
  ['unknown', withReady('Unknown'), 'set ready'],
  ['ready', withReady('True'), 'nothing'],
  ['not ready: somebody had a reason', withReady('False'), 'nothing'],
  ['about to go', { ...withReady('True'), metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }, 'nothing'],
  ['of another flag', { spec: { cidrs: ['10.0.0.0/16'] } }, 'tell that the flag differs'],
])('%s', (_name, cidr, expected) => expect(defaultCidrStep(cidr, range)).toBe(expected));

import type { PodStatus } from '@typernetes/api';
import { pod } from '../testing/builders';
import { statusPatch, statusText } from './status-patch';

const status: PodStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }, { type: 'x/gate', status: 'True' }], podIPs: [{ ip: '10.0.0.2' }] };

test('takes reasons away and leaves conditions of others alone', () => {
  expect(statusPatch(pod(), status)).toEqual({
    metadata: { uid: 'uid-1' },
    status: { phase: 'Running', reason: null, message: null, conditions: [{ type: 'Ready', status: 'True', reason: null, message: null }], podIPs: [{ ip: '10.0.0.2' }], hostIPs: undefined },
  });
});

test('what has passed is taken away', () => {
  const before = pod({}, { status: { conditions: [{ type: 'PodResizePending', status: 'True' }, { type: 'x/gate', status: 'True' }] } });
  expect(statusPatch(before, status)).toMatchObject({ status: { conditions: [{ type: 'Ready' }, { type: 'PodResizePending', $patch: 'delete' }] } });
  expect(statusText(before.status)).not.toBe(statusText({ conditions: [] }));
});

test('another address takes the place of the old one', () => {
  const before = pod({}, { status: { podIPs: [{ ip: '10.0.0.1' }] } });
  expect(statusPatch(before, status)).toMatchObject({ status: { podIPs: [{ ip: '10.0.0.2' }, { $patch: 'replace' }] } });
});

test('empty and absent are the same, order of fields does not count', () => {
  expect(statusText({ phase: 'Running', message: '', containerStatuses: [{ name: 'a', lastState: {}, ready: true, restartCount: 0, image: 'i', imageID: '' }] })).toBe(
    statusText({ containerStatuses: [{ image: 'i', imageID: '', name: 'a', ready: true, restartCount: 0 }], phase: 'Running', conditions: [{ type: 'x/gate', status: 'True' }] }),
  );
});

import { isReadySince } from './nodes';

const heartbeat = '2026-01-01T10:00:05Z';
const at = Date.parse(heartbeat);
const node = (status: string): Parameters<typeof isReadySince>[0] => ({ metadata: { name: 'worker-1' }, status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime: heartbeat }] } });

it.each<[string, Parameters<typeof isReadySince>[0], number | undefined, boolean]>([
  ['said after the start', node('True'), at - 2_000, true],
  ['said in the second of the start', node('True'), at + 900, true],
  ['said before the start', node('True'), at + 1_001, false],
  ['said by a node whose container does not run', node('True'), Infinity, false],
  ['said by a node without a container of ours', node('True'), undefined, true],
  ['not ready', node('False'), at - 2_000, false],
  ['nothing said yet', { metadata: { name: 'worker-1' } }, 0, false],
])('%s', (_what, object, startedAtMs, expected) => {
  expect(isReadySince(object, startedAtMs)).toBe(expected);
});

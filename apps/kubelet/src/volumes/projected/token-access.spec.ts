import type { Pod } from '@typernetes/api';
import { tokenAccess } from './projected';

const pod = (securityContext: object, ...users: (number | undefined)[]): Pod => ({
  spec: { securityContext, containers: users.map((runAsUser, index) => ({ name: `c${index}`, securityContext: { runAsUser } })) },
});

test.each<[string, Pod, object]>([
  ['nobody named', pod({}, undefined), { mode: 0o644 }],
  ['the pod has a user', pod({ runAsUser: 1000 }, undefined, undefined), { mode: 0o600, uid: 1000 }],
  ['all containers have the same', pod({}, 7, 7), { mode: 0o600, uid: 7 }],
  ['a container has another', pod({ runAsUser: 1000 }, undefined, 7), { mode: 0o644 }],
  ['a container has none', pod({}, 7, undefined), { mode: 0o644 }],
  ['fsGroup', pod({ runAsUser: 1000, fsGroup: 5 }, undefined), { mode: 0o600 }],
])('the token file: %s', (_name, given, expected) => {
  expect(tokenAccess(given, 0o644)).toEqual(expected);
});

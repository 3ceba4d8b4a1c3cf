import { engineFlags } from './privileged';

const node = 'services: { node: { cap_add: [SYS_ADMIN, NET_ADMIN], security_opt: [seccomp=unconfined] } }';

it('is privileged where that is allowed, else what docker/node.yaml lists', () => {
  expect(engineFlags(node, true)).toEqual(['--privileged']);
  expect(engineFlags(node, false)).toEqual(['--cap-add=SYS_ADMIN', '--cap-add=NET_ADMIN', '--security-opt=seccomp=unconfined']);
});

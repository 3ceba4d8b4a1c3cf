import { readyText } from './ready-text';

const ready = { server: 'https://127.0.0.1:6443', nodes: 1, seconds: 0.634, data: 'in memory', isMerged: true };

test.each([
  [{}, 'Kubernetes v1.36.0 answers at https://127.0.0.1:6443 (0.63 s).\n1 simulated node; data in memory.\nTry: kubectl --context t8s-dev get nodes\nCtrl-C ends it.\n'],
  [{ nodes: 1000, data: 'in /d', isMerged: false, kubeconfig: '/tmp/k' }, 'Kubernetes v1.36.0 answers at https://127.0.0.1:6443 (0.63 s).\n1000 simulated nodes; data in /d.\nTry: kubectl --kubeconfig /tmp/k get nodes\nCtrl-C ends it.\n'],
  [{ isMerged: false }, 'Kubernetes v1.36.0 answers at https://127.0.0.1:6443 (0.63 s).\n1 simulated node; data in memory.\nCtrl-C ends it.\n'],
  [{ isMerged: false, absent: [{ name: 'scheduler' as const, command: 'npx nx serve scheduler -- --kubeconfig /d/scheduler.conf' }] }, 'Kubernetes v1.36.0 answers at https://127.0.0.1:6443 (0.63 s).\n1 simulated node; data in memory.\nWithout scheduler. Run it from the repository:\n  npx nx serve scheduler -- --kubeconfig /d/scheduler.conf\nCtrl-C ends it.\n'],
])('says what is there and what to do: %j', (change, expected) => {
  expect(readyText({ ...ready, ...change })).toBe(expected);
});

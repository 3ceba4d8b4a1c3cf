import { cri } from '@typernetes/proto';
import { containerLabels, containerRecordOf, sandboxLabels, sandboxRecordOf } from './record';

test('a sandbox comes back from its labels as it was', () => {
  const record = {
    config: cri.PodSandboxConfig.fromPartial({
      metadata: { name: 'a', namespace: 'b', uid: 'c', attempt: 2 },
      labels: { 'io.kubernetes.pod.name': 'a', app: 'x' },
      annotations: { anything: '"quoted" \n' },
      portMappings: [{ hostPort: 80, containerPort: 8080 }],
    }),
    runtimeHandler: '',
    createdAt: 1_767_323_045_123_456_789n,
  };
  const labels = sandboxLabels(record);
  expect(labels['io.kubernetes.pod.name']).toBe('a');
  expect(sandboxRecordOf('id', labels)).toEqual({ id: 'id', ...record });
  expect(containerRecordOf('id', labels)).toBeUndefined();
});

test('a container comes back without what Docker keeps', () => {
  const config = cri.ContainerConfig.fromPartial({ metadata: { name: 'n', attempt: 1 }, envs: [{ key: 'SECRET', value: 's' }], tty: true });
  const labels = containerLabels({ sandboxId: 's', config, createdAt: 1n, logPath: '/l' });
  expect(JSON.stringify(labels)).not.toContain('SECRET');
  expect(containerRecordOf('id', labels)).toEqual({ id: 'id', sandboxId: 's', config: { ...config, envs: [] }, createdAt: 1n, logPath: '/l' });
  expect(sandboxRecordOf('id', {})).toBeUndefined();
});

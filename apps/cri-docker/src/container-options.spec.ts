import { cri } from '@typernetes/proto';
import { containerOptions, userOption } from './container-options';
import type { NodeFacts } from './sandbox-options';
import { sandboxOptions } from './sandbox-options';

const facts: NodeFacts = { cgroupDriver: 'cgroupfs', cgroupVersion: 2, engineVersion: '26', lowestOomScoreAdj: -1000, runtimes: ['runc', 'vm'], seccomp: true, apparmor: false };
const { POD, CONTAINER, NODE, TARGET } = cri.NamespaceMode;
type Partial = Parameters<typeof cri.ContainerConfig.fromPartial>[0];

const optionsOf = (config: Partial, sandbox: object = {}, node: NodeFacts = facts) =>
  containerOptions(
    {
      name: 'n',
      imageId: 'sha256:1',
      labels: {},
      config: cri.ContainerConfig.fromPartial(config),
      sandboxId: 'pod',
      sandboxConfig: cri.PodSandboxConfig.fromPartial(sandbox),
      runtimeHandler: '',
      sandboxFiles: [{ hostPath: '/root/resolv.conf', containerPath: '/etc/resolv.conf' }],
      readProfile: (path) => `{"from":"${path}"}`,
    },
    node,
  );

test.each([
  ['nothing given', {}, undefined, undefined],
  ['command alone', { command: ['a'] }, ['a'], undefined],
  ['args alone', { args: ['b'] }, undefined, ['b']],
  ['both', { command: ['a'], args: ['b'] }, ['a'], ['b']],
])('%s', (_name, config, entrypoint, cmd) => {
  const options = optionsOf(config);
  expect([options.Entrypoint, options.Cmd]).toEqual([entrypoint, cmd]);
});

test.each([
  [POD, '', 'container:pod'],
  [CONTAINER, '', ''],
  [NODE, '', 'host'],
  [TARGET, 'other', 'container:other'],
])('pid namespace %s', (pid, targetId, mode) => {
  const { HostConfig } = optionsOf({ linux: { securityContext: { namespaceOptions: { pid, targetId } } } });
  expect(HostConfig).toMatchObject({ PidMode: mode, NetworkMode: 'container:pod', IpcMode: 'container:pod' });
});

test('on the host network a container takes the host, not the sandbox', () => {
  const { HostConfig } = optionsOf({}, { linux: { securityContext: { namespaceOptions: { network: NODE } } } });
  expect(HostConfig).toMatchObject({ NetworkMode: 'host', UTSMode: 'host' });
});

test('mounts: propagation, read-only, and the sandbox files unless mounted over', () => {
  const mounts = [
    { hostPath: '/h', containerPath: '/c', readonly: true, propagation: cri.MountPropagation.PROPAGATION_HOST_TO_CONTAINER },
    { hostPath: '/r', containerPath: '/etc/resolv.conf' },
  ];
  expect(optionsOf({ mounts }).HostConfig?.Mounts).toEqual([
    { Type: 'bind', Source: '/h', Target: '/c', ReadOnly: true, BindOptions: { Propagation: 'rslave', ReadOnlyNonRecursive: true } },
    { Type: 'bind', Source: '/r', Target: '/etc/resolv.conf', ReadOnly: false, BindOptions: { Propagation: 'rprivate' } },
  ]);
  expect(optionsOf({}).HostConfig?.Mounts?.map(({ Target }) => Target)).toEqual(['/etc/resolv.conf']);
});

test('security: profiles as far as the kernel has them, none when privileged', () => {
  const { Localhost, Unconfined } = cri.SecurityProfile_ProfileType;
  const securityContext = { noNewPrivs: true, seccomp: { profileType: Localhost, localhostRef: '/p' }, apparmor: { profileType: Unconfined } };
  expect(optionsOf({ linux: { securityContext } }).HostConfig?.SecurityOpt).toEqual(['no-new-privileges', 'seccomp={"from":"/p"}']);
  expect(optionsOf({ linux: { securityContext: { ...securityContext, privileged: true } } }).HostConfig).toMatchObject({ Privileged: true, SecurityOpt: [] });
});

test('resources; oom_score_adj no lower than the node may', () => {
  const linux = { resources: { memoryLimitInBytes: 1024n, cpuQuota: 5n, cpuPeriod: 10n, oomScoreAdj: -997n } };
  expect(optionsOf({ linux }).HostConfig).toMatchObject({ Memory: 1024, MemorySwap: 1024, CpuQuota: 5, CpuPeriod: 10, OomScoreAdj: -997 });
  expect(optionsOf({ linux }, {}, { ...facts, lowestOomScoreAdj: 0 }).HostConfig).toMatchObject({ OomScoreAdj: 0 });
});

test.each([
  [undefined, undefined],
  [{ runAsUser: { value: 0n } }, '0'],
  [{ runAsUser: { value: 1n }, runAsGroup: { value: 2n } }, '1:2'],
  [{ runAsUsername: 'nginx' }, 'nginx'],
])('user %j', (context, user) => {
  expect(userOption(context && cri.LinuxContainerSecurityContext.fromPartial(context))).toBe(user);
});

test('a group without a user is refused', () => {
  expect(() => userOption(cri.LinuxContainerSecurityContext.fromPartial({ runAsGroup: { value: 1n } }))).toThrow('without a user');
});

test.each([
  ['pod network', {}, 'none', 'h'],
  ['host network', { linux: { securityContext: { namespaceOptions: { network: NODE } } } }, 'host', undefined],
])('sandbox on %s', (_name, config, network, hostname) => {
  const options = sandboxOptions({ name: 's', image: 'p', labels: {}, config: cri.PodSandboxConfig.fromPartial({ hostname: 'h', ...config }), runtimeHandler: 'vm' }, facts);
  expect([options.HostConfig?.NetworkMode, options.Hostname, options.HostConfig?.Runtime]).toEqual([network, hostname, 'vm']);
});

import type { AppArmorProfile, Container, Pod, SeccompProfile } from '@typernetes/api';
import { cri } from '@typernetes/proto';
import { podText } from '../pod/pod-kind';
import { namespaceOptions } from '../sandbox/sandbox-config';
import { ConfigError } from './environment';

const maskedPaths = [
  '/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list',
  '/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

const int64 = (value: number | undefined): cri.Int64Value | undefined => (value === undefined ? undefined : { value: BigInt(value) });

function profile(from: SeccompProfile | AppArmorProfile | undefined, localhostDir: string): cri.SecurityProfile | undefined {
  if (!from) return undefined;
  const types = cri.SecurityProfile_ProfileType;
  if (from.type === 'Localhost') return { profileType: types.Localhost, localhostRef: `${localhostDir}${from.localhostProfile ?? ''}` };
  return { profileType: from.type === 'Unconfined' ? types.Unconfined : types.RuntimeDefault, localhostRef: '' };
}

/** Container's own settings over the pod's. `targetId`: the container whose processes an ephemeral one shall see. */
export function linuxSecurity(pod: Pod, container: Container, { rootDir, targetId }: { rootDir: string; targetId?: string }): cri.LinuxContainerSecurityContext {
  const outer = pod.spec?.securityContext;
  const own = container.securityContext;
  const groups = [...(outer?.supplementalGroups ?? []), ...(outer?.fsGroup === undefined ? [] : [outer.fsGroup])];
  const unmasked = own?.procMount === 'Unmasked';
  const user = own?.runAsUser ?? outer?.runAsUser;
  return cri.LinuxContainerSecurityContext.fromPartial({
    capabilities: { addCapabilities: own?.capabilities?.add ?? [], dropCapabilities: own?.capabilities?.drop ?? [] },
    privileged: own?.privileged ?? false,
    namespaceOptions: targetId ? { ...namespaceOptions(pod), pid: cri.NamespaceMode.TARGET, targetId } : namespaceOptions(pod),
    runAsUser: int64(user),
    runAsGroup: int64(own?.runAsGroup ?? outer?.runAsGroup),
    readonlyRootfs: own?.readOnlyRootFilesystem ?? false,
    supplementalGroups: groups.map(BigInt),
    noNewPrivs: own?.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : maskedPaths,
    readonlyPaths: unmasked ? [] : readonlyPaths,
    seccomp: profile(own?.seccompProfile ?? outer?.seccompProfile, `${rootDir}/seccomp/`) ?? { profileType: cri.SecurityProfile_ProfileType.Unconfined },
    apparmor: profile(own?.appArmorProfile ?? outer?.appArmorProfile, ''),
  });
}

/** With runAsNonRoot the user must be known and not 0. @throws ConfigError */
export function verifyNonRoot(pod: Pod, container: Container, image: { uid?: bigint; username?: string }): void {
  const outer = pod.spec?.securityContext;
  const own = container.securityContext;
  if (!(own?.runAsNonRoot ?? outer?.runAsNonRoot)) return;
  const where = `(pod: "${podText(pod)}", container: ${container.name})`;
  const user = own?.runAsUser ?? outer?.runAsUser;
  if (user === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (user !== undefined) return;
  if (image.username) throw new ConfigError(`container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`);
  if ((image.uid ?? 0n) === 0n) throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
}

import { fieldError } from '@typernetes/machinery';
import type { AppArmorProfile, Container, PodSpec, SeccompProfile, SecurityContext } from '../generated/types';
import { checkBetween, checkOneOf, checkRequired, checkRequiredOneOf, idRange, type Errors } from './checks';

function checkSeccomp(out: Errors, field: string, profile: SeccompProfile | undefined): void {
  if (!profile) return;
  checkRequiredOneOf(out, `${field}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  checkLocalProfile(out, field, profile, 'must be set when seccomp type is Localhost');
}

function checkAppArmor(out: Errors, field: string, profile: AppArmorProfile | undefined): void {
  if (!profile) return;
  checkRequiredOneOf(out, `${field}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']);
  checkLocalProfile(out, field, profile, 'must be set when AppArmor type is Localhost');
}

function checkLocalProfile(out: Errors, field: string, { type, localhostProfile }: SeccompProfile, requiredText: string): void {
  if (type === 'Localhost') {
    if (!localhostProfile) out.push(fieldError.required(`${field}.localhostProfile`, requiredText));
    else if (localhostProfile.startsWith('/')) out.push(fieldError.invalid(`${field}.localhostProfile`, localhostProfile, 'must be a relative path'));
    else if (localhostProfile.split('/').includes('..')) out.push(fieldError.invalid(`${field}.localhostProfile`, localhostProfile, "must not contain '..'"));
  } else if (localhostProfile) {
    out.push(fieldError.invalid(`${field}.localhostProfile`, localhostProfile, `can only be set when ${requiredText.includes('seccomp') ? 'seccomp' : 'AppArmor'} type is Localhost`));
  }
}

/** Of a container. */
export function checkSecurityContext(out: Errors, field: string, { context, hostUsers }: { context: SecurityContext | undefined; hostUsers: boolean }): void {
  if (!context) return;
  checkBetween(out, `${field}.runAsUser`, context.runAsUser, idRange);
  checkBetween(out, `${field}.runAsGroup`, context.runAsGroup, idRange);
  checkOneOf(out, `${field}.procMount`, context.procMount, ['Default', 'Unmasked']);
  if (context.procMount === 'Unmasked' && hostUsers) {
    out.push(fieldError.invalid(`${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  checkSeccomp(out, `${field}.seccompProfile`, context.seccompProfile);
  checkAppArmor(out, `${field}.appArmorProfile`, context.appArmorProfile);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) out.push(fieldError.invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
      out.push(fieldError.invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
}

const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const sysctlNameMax = 253;

function checkSysctls(out: Errors, field: string, { securityContext, hostNetwork, hostIPC }: PodSpec): void {
  const names = new Set<string>();
  securityContext?.sysctls?.forEach(({ name }, i) => {
    const path = `${field}.sysctls[${i}].name`;
    if (!checkRequired(out, path, name)) return;
    const dotted = name.replace(/\//g, '.');
    if (name.length > sysctlNameMax || !sysctlName.test(name)) {
      out.push(fieldError.invalid(path, name, `must have at most ${sysctlNameMax} characters and match regex ${sysctlName.source}`));
    } else if (names.has(dotted)) {
      out.push(fieldError.duplicate(path, name));
    }
    names.add(dotted);
    if (hostNetwork && dotted.startsWith('net.')) out.push(fieldError.invalid(path, name, "may not be specified when 'hostNetwork' is true"));
    if (hostIPC && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) out.push(fieldError.invalid(path, name, "may not be specified when 'hostIPC' is true"));
  });
}

/** Of a pod, with the fields of its spec about namespaces of the node. */
export function checkPodSecurity(out: Errors, field: string, spec: PodSpec): void {
  const context = spec.securityContext ?? {};
  const path = `${field}.securityContext`;
  if (spec.shareProcessNamespace && spec.hostPID) {
    out.push(fieldError.invalid(`${field}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (spec.hostUsers === false) {
    for (const name of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
      if (spec[name]) out.push(fieldError.forbidden(`${field}.hostUsers`, `when \`${name}\` is true`));
    }
  }
  checkBetween(out, `${path}.fsGroup`, context.fsGroup, idRange);
  checkBetween(out, `${path}.runAsUser`, context.runAsUser, idRange);
  checkBetween(out, `${path}.runAsGroup`, context.runAsGroup, idRange);
  context.supplementalGroups?.forEach((group, i) => checkBetween(out, `${path}.supplementalGroups[${i}]`, group, idRange));
  checkOneOf(out, `${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  checkOneOf(out, `${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  checkOneOf(out, `${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['MountOption', 'Recursive']);
  checkSeccomp(out, `${path}.seccompProfile`, context.seccompProfile);
  checkAppArmor(out, `${path}.appArmorProfile`, context.appArmorProfile);
  checkSysctls(out, path, spec);
}

/** On the node's network the ports must be the node's. */
export function checkHostNetworkPorts(out: Errors, field: string, containers: readonly Container[] | undefined): void {
  containers?.forEach(({ ports }, i) =>
    ports?.forEach(({ containerPort, hostPort }, p) => {
      if (hostPort !== containerPort) {
        out.push(fieldError.invalid(`${field}[${i}].ports[${p}].containerPort`, containerPort, 'must match `hostPort` when `hostNetwork` is true'));
      }
    }),
  );
}

import { fieldError, validateDns1123Label, validatePortName } from '@typernetes/machinery';
import type { Container, ContainerPort, EphemeralContainer, PodSpec, VolumeMount } from '../generated/types';
import { checkBetween, checkIP, checkOneOf, checkPort, checkRequired, checkRequiredOneOf, checkRequiredWith, checkWith, type Errors } from './checks';
import { checkEnv, checkEnvFrom } from './env';
import { checkLifecycle, checkProbes } from './probe';
import { checkResources } from './resources';
import { checkSecurityContext } from './security-context';
import { checkRelativePath } from './volume';

/** What the rules about a container need to know of its pod. */
export interface PodContext {
  volumes: ReadonlySet<string>;
  graceSeconds: number;
  hostUsers: boolean;
  os: string | undefined;
}

type AnyContainer = Container | EphemeralContainer;

export const restartPolicies = ['Always', 'Never', 'OnFailure'];
export const protocols = ['SCTP', 'TCP', 'UDP'];

function checkPorts(out: Errors, field: string, ports: readonly ContainerPort[] | undefined): void {
  const names = new Set<string>();
  ports?.forEach(({ name, containerPort, hostPort, hostIP, protocol }, i) => {
    const path = `${field}[${i}]`;
    if (name) {
      const before = out.length;
      checkWith(out, `${path}.name`, name, validatePortName);
      if (out.length === before && names.has(name)) out.push(fieldError.duplicate(`${path}.name`, name));
      names.add(name);
    }
    if (!containerPort) out.push(fieldError.required(`${path}.containerPort`));
    else checkPort(out, `${path}.containerPort`, containerPort);
    if (hostPort) checkPort(out, `${path}.hostPort`, hostPort);
    checkRequiredOneOf(out, `${path}.protocol`, protocol, protocols);
    if (hostIP) checkIP(out, `${path}.hostIP`, hostIP);
  });
}

function checkPropagation(out: Errors, field: string, { mount, container }: { mount: VolumeMount; container: AnyContainer }): void {
  checkOneOf(out, `${field}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
  if (mount.mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    out.push(fieldError.forbidden(`${field}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  const { recursiveReadOnly } = mount;
  if (recursiveReadOnly === undefined) return;
  checkOneOf(out, `${field}.recursiveReadOnly`, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
  if (recursiveReadOnly !== 'Disabled' && !mount.readOnly) {
    out.push(fieldError.forbidden(`${field}.recursiveReadOnly`, 'may only be specified when readOnly is true'));
  }
}

function checkMounts(out: Errors, field: string, { container, volumes }: { container: AnyContainer; volumes: ReadonlySet<string> }): void {
  const paths = new Set<string>();
  container.volumeMounts?.forEach((mount, i) => {
    const path = `${field}[${i}]`;
    if (checkRequired(out, `${path}.name`, mount.name) && !volumes.has(mount.name)) out.push(fieldError.notFound(`${path}.name`, mount.name));
    checkRequired(out, `${path}.mountPath`, mount.mountPath);
    if (paths.has(mount.mountPath)) out.push(fieldError.invalid(`${path}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath) checkRelativePath(out, `${path}.subPath`, mount.subPath);
    if (mount.subPathExpr) {
      if (mount.subPath) out.push(fieldError.invalid(`${path}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      checkRelativePath(out, `${path}.subPathExpr`, mount.subPathExpr);
    }
    checkPropagation(out, path, { mount, container });
  });
  container.volumeDevices?.forEach(({ name, devicePath }, i) => {
    const path = `${field.replace(/volumeMounts$/, 'volumeDevices')}[${i}]`;
    if (checkRequired(out, `${path}.name`, name) && !volumes.has(name)) out.push(fieldError.notFound(`${path}.name`, name));
    checkRequired(out, `${path}.devicePath`, devicePath);
  });
}

function checkImage(out: Errors, field: string, image: string | undefined): void {
  if (checkRequired(out, field, image) && image !== image?.trim()) {
    out.push(fieldError.invalid(field, image, 'must not have leading or trailing whitespace'));
  }
}

function checkResize(out: Errors, field: string, { resizePolicy }: AnyContainer): void {
  const names = new Set<string>();
  resizePolicy?.forEach(({ resourceName, restartPolicy }, i) => {
    checkRequiredOneOf(out, `${field}[${i}].resourceName`, resourceName, ['cpu', 'memory']);
    if (names.has(resourceName)) out.push(fieldError.duplicate(field, resourceName));
    names.add(resourceName);
    checkRequiredOneOf(out, `${field}[${i}].restartPolicy`, restartPolicy, ['NotRequired', 'RestartContainer']);
  });
}

const exitCodesMax = 255;

function checkRestart(out: Errors, field: string, { restartPolicy, restartPolicyRules }: AnyContainer): void {
  checkOneOf(out, `${field}.restartPolicy`, restartPolicy, restartPolicies);
  if (!restartPolicyRules?.length) return;
  if (restartPolicy === undefined) {
    out.push(fieldError.required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  }
  if (restartPolicyRules.length > 20) out.push(fieldError.tooMany(`${field}.restartPolicyRules`, 20));
  restartPolicyRules.forEach(({ action, exitCodes }, i) => {
    const path = `${field}.restartPolicyRules[${i}]`;
    checkRequiredOneOf(out, `${path}.action`, action, ['Restart', 'RestartAllContainers']);
    if (!exitCodes) {
      out.push(fieldError.required(`${path}.exitCodes`, 'must be specified'));
      return;
    }
    checkRequiredOneOf(out, `${path}.exitCodes.operator`, exitCodes.operator, ['In', 'NotIn']);
    exitCodes.values?.forEach((code, c) => checkBetween(out, `${path}.exitCodes.values[${c}]`, code, [0, exitCodesMax]));
  });
}

/** What holds for containers of all three kinds. */
export function checkContainerCommon(out: Errors, field: string, { container, pod }: { container: AnyContainer; pod: PodContext }): void {
  checkRequiredWith(out, `${field}.name`, container.name, validateDns1123Label);
  checkImage(out, `${field}.image`, container.image);
  checkRequiredOneOf(out, `${field}.terminationMessagePolicy`, container.terminationMessagePolicy, ['FallbackToLogsOnError', 'File']);
  checkPorts(out, `${field}.ports`, container.ports);
  checkEnv(out, `${field}.env`, container.env);
  checkEnvFrom(out, `${field}.envFrom`, container.envFrom);
  checkMounts(out, `${field}.volumeMounts`, { container, volumes: pod.volumes });
  checkRequiredOneOf(out, `${field}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']);
  checkResources(out, `${field}.resources`, container.resources);
  checkResize(out, `${field}.resizePolicy`, container);
  checkRestart(out, field, container);
  checkSecurityContext(out, `${field}.securityContext`, { context: container.securityContext, hostUsers: pod.hostUsers });
}

/** Probes and hooks: for what keeps running. */
function checkRunning(out: Errors, field: string, { container, pod }: { container: Container; pod: PodContext }): void {
  const { graceSeconds, os } = pod;
  if (container.lifecycle) checkLifecycle(out, `${field}.lifecycle`, { lifecycle: container.lifecycle, graceSeconds, os });
  checkProbes(out, field, { container, graceSeconds });
}

const runningOnly = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function checkContainers(out: Errors, field: string, { spec, pod }: { spec: PodSpec; pod: PodContext }): void {
  const names = new Set<string>();
  const checkName = (path: string, name: string): void => {
    if (name && names.has(name)) out.push(fieldError.duplicate(`${path}.name`, name));
    names.add(name);
  };
  checkRequired(out, `${field}.containers`, spec.containers);
  spec.containers?.forEach((container, i) => {
    const path = `${field}.containers[${i}]`;
    checkContainerCommon(out, path, { container, pod });
    checkRunning(out, path, { container, pod });
    checkName(path, container.name);
  });
  spec.initContainers?.forEach((container, i) => {
    const path = `${field}.initContainers[${i}]`;
    checkContainerCommon(out, path, { container, pod });
    checkName(path, container.name);
    if (container.restartPolicy === 'Always') {
      checkRunning(out, path, { container, pod });
      return;
    }
    for (const name of runningOnly) {
      if (container[name]) out.push(fieldError.forbidden(`${path}.${name}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  });
  checkEphemeral(out, `${field}.ephemeralContainers`, { spec, pod, checkName });
  checkHostPortConflicts(out, field, spec);
}

const notForEphemeral = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe', 'ports', 'resizePolicy'] as const;

function checkEphemeral(
  out: Errors,
  field: string,
  { spec, pod, checkName }: { spec: PodSpec; pod: PodContext; checkName: (path: string, name: string) => void },
): void {
  spec.ephemeralContainers?.forEach((container, i) => {
    const path = `${field}[${i}]`;
    checkContainerCommon(out, path, { container, pod });
    checkName(path, container.name);
    const { targetContainerName } = container;
    const known = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
    if (targetContainerName && !known.some(({ name }) => name === targetContainerName)) {
      out.push(fieldError.notFound(`${path}.targetContainerName`, targetContainerName));
    }
    for (const name of notForEphemeral) {
      if (container[name] !== undefined) out.push(fieldError.forbidden(`${path}.${name}`, 'cannot be set for an Ephemeral Container'));
    }
    const { requests, limits, claims } = container.resources ?? {};
    if (requests || limits || claims) out.push(fieldError.forbidden(`${path}.resources`, 'cannot be set for an Ephemeral Container'));
    for (const [m, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
      if (subPath) out.push(fieldError.forbidden(`${path}.volumeMounts[${m}].subPath`, 'cannot be set for an Ephemeral Container'));
      if (subPathExpr) out.push(fieldError.forbidden(`${path}.volumeMounts[${m}].subPathExpr`, 'cannot be set for an Ephemeral Container'));
    }
  });
}

/** One port of the node serves one container. */
function checkHostPortConflicts(out: Errors, field: string, { containers }: PodSpec): void {
  const taken = new Set<string>();
  containers?.forEach(({ ports }, i) =>
    ports?.forEach(({ hostPort, hostIP = '', protocol }, p) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) out.push(fieldError.duplicate(`${field}.containers[${i}].ports[${p}].hostPort`, key));
      taken.add(key);
    }),
  );
}

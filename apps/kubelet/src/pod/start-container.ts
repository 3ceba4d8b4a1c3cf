import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Container, Pod } from '@typernetes/api';
import { randomSuffix } from '@typernetes/machinery';
import type { cri as proto } from '@typernetes/proto';
import { containerConfig } from '../container/container-config';
import { ConfigError, environmentOf } from '../container/environment';
import type { PodFacts } from '../container/field-refs';
import { mountsOf } from '../container/mounts';
import { verifyNonRoot } from '../container/security';
import type { PullRequest } from '../images/image-puller';
import { ImageError } from '../images/image-puller';
import { pullAuths } from '../images/pull-secrets';
import { runtimeMethods } from '../runtime/cri-client';
import type { RuntimePod, RuntimeSandbox } from '../runtime/runtime-pod';
import { latestContainer } from '../runtime/runtime-pod';
import { podHostname } from '../sandbox/hostname';
import { hostNetworkHostsFile, podHostsFile } from '../sandbox/hosts-file';
import { podLogDirectory, sandboxConfig } from '../sandbox/sandbox-config';
import type { MountedVolume } from '../volumes/volume-kind';
import type { Waiting } from './container-status';
import { runHook } from './hooks';
import type { StartStep } from './plan';
import type { PodContext } from './pod-context';
import { ephemeralContainersOf, uidOf } from './pod-kind';

/** How a runtime begins what it says when it cannot mount an image (CRI API). */
const imageVolumeMountFailed = 'ImageVolumeMountFailed';

/** How long a postStart hook may take: upstream has no limit, CRI wants one. */
const postStartMsMax = 10 * 60_000;

export interface StartRequest {
  pod: Pod;
  sandbox: RuntimeSandbox;
  runtime: RuntimePod;
  step: StartStep;
  volumes: ReadonlyMap<string, MountedVolume>;
  signal: AbortSignal;
}

/** Why the container does not run; `retryAfterMs` when there is a back-off of its own. */
export interface StartFailure extends Waiting {
  retryAfterMs?: number;
}

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/^\d+ [A-Z_]+: /, '');

export function factsOf({ node }: PodContext, sandbox: RuntimeSandbox | undefined, pod: Pod): PodFacts {
  const ips = pod.spec?.hostNetwork ? node.ips : (sandbox?.ips ?? []);
  return { podIPs: ips, nodeIPs: node.ips, nodeName: node.name, allocatable: node.allocatable };
}

/** Image, configuration, creation, start and postStart hook of one container. Undefined when it runs. */
export async function startContainer(context: PodContext, request: StartRequest): Promise<StartFailure | undefined> {
  const { pod, step } = request;
  const { container } = step;
  const warn = (message: string): void => context.report(pod, { type: 'Warning', reason: 'Failed', message }, container.name);
  let image: proto.Image;
  try {
    image = await ensureImage(context, request);
    await ensureVolumeImages(context, request);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    if (error.reason !== 'ErrImagePull') warn(`Error: ${error.reason}`);
    return { reason: error.reason, message: error.message, retryAfterMs: error.retryAfterMs };
  }
  let config: proto.ContainerConfig;
  try {
    config = await configOf(context, request, image);
  } catch (error) {
    warn(`Error: ${errorText(error)}`);
    return { reason: 'CreateContainerConfigError', message: errorText(error) };
  }
  return createAndStart(context, request, config);
}

async function createAndStart(context: PodContext, request: StartRequest, config: proto.ContainerConfig): Promise<StartFailure | undefined> {
  const { cri, report } = context;
  const { pod, sandbox } = request;
  const { container } = request.step;
  const note = (type: 'Normal' | 'Warning', reason: string, message: string): void => report(pod, { type, reason, message }, container.name);
  let containerId: string;
  try {
    if (request.step.replaces) await cri.call(runtimeMethods.removeContainer, { containerId: request.step.replaces.id });
    await mkdir(path.join(podLogDirectory(context.podLogsDir, pod), container.name), { recursive: true });
    const create = { podSandboxId: sandbox.id, config, sandboxConfig: sandboxConfig(pod, sandbox.attempt, context) };
    containerId = (await cri.call(runtimeMethods.createContainer, create)).containerId;
  } catch (error) {
    note('Warning', 'Failed', `Error: ${errorText(error)}`);
    const isOfImageVolume = errorText(error).startsWith(imageVolumeMountFailed);
    return { reason: isOfImageVolume ? imageVolumeMountFailed : 'CreateContainerError', message: errorText(error) };
  }
  note('Normal', 'Created', 'Container created');
  try {
    await cri.call(runtimeMethods.startContainer, { containerId });
  } catch (error) {
    note('Warning', 'Failed', `Error: ${errorText(error)}`);
    return { reason: 'RunContainerError', message: errorText(error) };
  }
  note('Normal', 'Started', 'Container started');
  return maybePostStart(context, request, containerId);
}

async function maybePostStart({ cri, clock, report, node }: PodContext, { pod, sandbox, step }: StartRequest, containerId: string): Promise<StartFailure | undefined> {
  const { container } = step;
  const hook = container.lifecycle?.postStart;
  if (!hook) return undefined;
  const podIP = (pod.spec?.hostNetwork ? node.ips[0] : sandbox.ips[0]) ?? '';
  try {
    await runHook(cri, clock, hook, { container, containerId, podIP, timeoutMs: postStartMsMax });
    return undefined;
  } catch (error) {
    report(pod, { type: 'Warning', reason: 'FailedPostStartHook', message: 'PostStartHook failed' }, container.name);
    report(pod, { type: 'Normal', reason: 'Killing', message: 'FailedPostStartHook' }, container.name);
    await cri.call(runtimeMethods.stopContainer, { containerId, timeout: BigInt(pod.spec?.terminationGracePeriodSeconds ?? 30) });
    return { reason: 'PostStartHookError', message: errorText(error) };
  }
}

const ensureImage = (context: PodContext, request: StartRequest): Promise<proto.Image> => pullAsNeeded(context, request, request.step.container, request.step.container.name);

/** Of the image volumes that the container mounts. */
async function ensureVolumeImages(context: PodContext, request: StartRequest): Promise<void> {
  const mounted = new Set(request.step.container.volumeMounts?.map(({ name }) => name));
  for (const { name, image } of request.pod.spec?.volumes ?? []) {
    if (image && mounted.has(name)) await pullAsNeeded(context, request, { image: image.reference, imagePullPolicy: image.pullPolicy });
  }
}

/** `containerName`: whom events are about; absent: the pod. */
async function pullAsNeeded(context: PodContext, { pod, sandbox, signal }: StartRequest, container: PullRequest['container'], containerName?: string): Promise<proto.Image> {
  return context.puller.ensure({
    pod,
    container,
    sandboxConfig: sandboxConfig(pod, sandbox.attempt, context),
    auths: await pullAuths(pod, container.image ?? '', context.objects),
    report: (type, reason, message) => context.report(pod, { type, reason, message }, containerName),
    signal,
  });
}

async function configOf(context: PodContext, { pod, sandbox, step, volumes, runtime }: StartRequest, image: proto.Image): Promise<proto.ContainerConfig> {
  const { container, restartCount } = step;
  verifyNonRoot(pod, container, { uid: image.uid?.value, username: image.username });
  const facts = factsOf(context, sandbox, pod);
  const environment = await environmentOf(pod, container, { objects: context.objects, services: context.services(), facts });
  const podDir = context.volumes.podDir(uidOf(pod));
  const mounts = await mountsOf(container, {
    volumes,
    podDir,
    hostsFile: await writeHostsFile(context, pod, sandbox, podDir),
    runId: randomSuffix(context.random, 8),
    environment,
  });
  if (!container.image) throw new ConfigError('container has no image');
  return containerConfig(pod, container, {
    environment,
    mounts,
    restartCount,
    imageRef: image.id || container.image,
    nodeMemoryBytes: context.node.memoryBytes,
    rootDir: context.rootDir,
    targetId: targetIdOf(pod, container, runtime),
  });
}

/** @throws ConfigError when the target does not run */
function targetIdOf(pod: Pod, { name }: Container, runtime: RuntimePod): string | undefined {
  const target = ephemeralContainersOf(pod).find((container) => container.name === name)?.targetContainerName;
  if (!target) return undefined;
  const found = latestContainer(runtime, target);
  if (found?.state !== 'running') throw new ConfigError(`unable to find target container ${JSON.stringify(target)}`);
  return found.id;
}

async function writeHostsFile({ cluster }: PodContext, pod: Pod, sandbox: RuntimeSandbox, podDir: string): Promise<string> {
  const aliases = pod.spec?.hostAliases ?? [];
  const { hostname, fqdn } = podHostname(pod, cluster.domain);
  const text = pod.spec?.hostNetwork
    ? hostNetworkHostsFile(await readFile('/etc/hosts', 'utf8').catch(() => ''), aliases)
    : podHostsFile({ ips: sandbox.ips, hostname, fqdn, aliases });
  const file = path.join(podDir, 'etc-hosts');
  await mkdir(podDir, { recursive: true });
  await writeFile(file, text, { mode: 0o644 });
  return file;
}

export const backOffKey = (pod: Pod, container: Container, hash: string): string => `${uidOf(pod)}/${container.name}/${hash}`;

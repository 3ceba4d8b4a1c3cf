import { status as grpcStatus } from '@grpc/grpc-js';
import type { Container, Pod } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { pullTimeoutMs } from '../limits';
import type { BackOff } from '../pod/back-off';

import { uidOf } from '../pod/pod-kind';
import type { CriClient } from '../runtime/cri-client';
import { imageMethods } from '../runtime/cri-client';

/** The container cannot start for want of its image. `reason` as in ContainerStateWaiting. */
export class ImageError extends Error {
  constructor(
    readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ErrImagePull' | 'ImagePullBackOff' | 'ImageInspectError' | 'RegistryUnavailable',
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

export type ReportEvent = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

export interface PullRequest {
  pod: Pod;
  /** Of a container, or of an image volume. */
  container: Pick<Container, 'image' | 'imagePullPolicy'>;
  sandboxConfig: cri.PodSandboxConfig;
  auths: readonly cri.AuthConfig[];
  report: ReportEvent;
  signal: AbortSignal;
}

/** How long ErrImagePull stands before it becomes ImagePullBackOff. */
const announceBackOffMs = 2_000;

/** How often it is looked, during a back-off, whether the image has come by another way. */
const lookAgainMs = 10_000;

/** The grammar of distribution/reference, as far as typing errors go. */
const reference = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$/;

export const isValidImageName = (image: string): boolean => reference.test(image);

function policyOf({ imagePullPolicy, image = '' }: PullRequest['container']): string {
  if (imagePullPolicy) return imagePullPolicy;
  const last = image.split('/').pop() ?? '';
  const tag = last.includes('@') ? 'digest' : last.split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const sizeText = (bytes: bigint): string => `Image size: ${bytes} bytes.`;
const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Sees to it that a container's image is on the node, as its pull policy says. */
export class ImagePuller {
  constructor(
    private readonly cri: CriClient,
    private readonly clock: Clock,
    private readonly backOff: BackOff,
  ) {}

  /** Gives the image back. @throws ImageError */
  async ensure(request: PullRequest): Promise<cri.Image> {
    const { container, report } = request;
    const image = container.image ?? '';
    if (!isValidImageName(image)) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      report('Warning', 'InspectFailed', message);
      throw new ImageError('InvalidImageName', message);
    }
    const policy = policyOf(container);
    const present = await this.inspect(image);
    if (present && policy !== 'Always') {
      report('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      report('Warning', 'ErrImageNeverPull', message);
      throw new ImageError('ErrImageNeverPull', message);
    }
    return this.pull(request, image);
  }

  private async inspect(image: string): Promise<cri.Image | undefined> {
    try {
      return (await this.cri.call(imageMethods.imageStatus, { image: cri.ImageSpec.create({ image }), verbose: false })).image;
    } catch (error) {
      throw new ImageError('ImageInspectError', `Failed to inspect image "${image}": ${errorText(error)}`);
    }
  }

  private async pull(request: PullRequest, image: string): Promise<cri.Image> {
    const { pod, report, signal } = request;
    const key = `${uidOf(pod)}_${image}`;
    const nowMs = this.clock.now();
    const wait = this.backOff.remaining(key, this.failedAt.get(key) ?? nowMs, nowMs);
    if (wait) {
      const message = `Back-off pulling image "${image}"`;
      report('Normal', 'BackOff', message);
      throw new ImageError('ImagePullBackOff', `${message}: ${this.lastError.get(key) ?? ''}`.replace(/: $/, ''), Math.min(wait.leftMs, lookAgainMs));
    }
    report('Normal', 'Pulling', `Pulling image "${image}"`);
    const startedAtMs = this.clock.monotonic();
    try {
      await this.pullWith(request, image);
    } catch (error) {
      if (signal.aborted) throw error;
      return this.pullFailed(request, key, error);
    }
    this.failedAt.delete(key);
    const pulled = await this.inspect(image);
    if (!pulled) throw new ImageError('ErrImagePull', `image "${image}" is not there after its pull`);
    const took = ((this.clock.monotonic() - startedAtMs) / 1_000).toFixed(3);
    report('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took}s (${took}s including waiting). ${sizeText(pulled.size)}`);
    return pulled;
  }

  private readonly failedAt = new Map<string, number>();
  private readonly lastError = new Map<string, string>();

  private pullFailed({ report, container }: PullRequest, key: string, error: unknown): never {
    const text = errorText(error).replace(/^\d+ [A-Z_]+: /, '');
    const image = container.image ?? '';
    const nowMs = this.clock.now();
    this.backOff.next(key, nowMs, nowMs);
    this.failedAt.set(key, nowMs);
    const message = `failed to pull and unpack image "${image}": ${text}`;
    this.lastError.set(key, `ErrImagePull: ${text}`);
    report('Warning', 'Failed', `Failed to pull image "${image}": ${text}`);
    report('Warning', 'Failed', 'Error: ErrImagePull');
    // The next look says ImagePullBackOff, and how long that takes.
    throw new ImageError('ErrImagePull', text || message, announceBackOffMs);
  }

  private async pullWith({ auths, sandboxConfig, signal }: PullRequest, image: string): Promise<void> {
    let last: unknown;
    for (const auth of auths.length > 0 ? auths : [undefined]) {
      try {
        await this.cri.call(imageMethods.pullImage, { image: cri.ImageSpec.create({ image }), auth, sandboxConfig }, { timeoutMs: pullTimeoutMs, signal });
        return;
      } catch (error) {
        last = error;
        if (error instanceof Error && 'code' in error && error.code === grpcStatus.CANCELLED) break;
      }
    }
    throw last;
  }
}


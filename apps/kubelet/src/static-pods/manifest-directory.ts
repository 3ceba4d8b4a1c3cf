import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Pod } from '@typernetes/api';
import type { Logger } from '@typernetes/component';
import type { Cancel, Clock } from '@typernetes/machinery';
import { manifestCheckMs, manifestRetryMs } from '../limits';
import type { PodManager } from '../pod/pod-manager';
import type { MirrorPods } from './mirror-pods';
import { keyOf, staticPodOf } from './static-pod';

export interface ManifestDirectoryDependencies {
  /** Empty: there are no static pods. */
  directory: string;
  nodeName: string;
  pods: PodManager;
  mirrors: MirrorPods;
  clock: Clock;
  logger: Logger;
}

/** Runs the pods of a directory of manifests; what is taken out of it ends. */
export class ManifestDirectory {
  private readonly running = new Map<string, Pod>();
  /** What is wrong with a file: told once. */
  private readonly problems = new Map<string, string>();
  private timer: Cancel | undefined;
  private isStopped = false;
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: ManifestDirectoryDependencies) {}

  /** Follows the directory until the signal. Resolves after the first look. */
  async run(signal: AbortSignal): Promise<void> {
    const { directory, logger } = this.dependencies;
    await this.refresh();
    if (!directory) return;
    try {
      const watcher = watch(directory, () => void this.refresh());
      watcher.on('error', (error) => logger.debug({ error }, 'the manifests can not be watched'));
      signal.addEventListener('abort', () => watcher.close(), { once: true });
    } catch (error) {
      // The look from time to time is enough.
      logger.debug({ error }, 'the manifests can not be watched');
    }
    signal.addEventListener('abort', () => this.stop(), { once: true });
    this.again(manifestCheckMs);
  }

  private stop(): void {
    this.isStopped = true;
    this.timer?.();
  }

  private again(delayMs: number): void {
    if (this.isStopped) return;
    this.timer?.();
    this.timer = this.dependencies.clock.after(delayMs, () => {
      this.again(manifestCheckMs);
      void this.refresh();
    });
  }

  /** Brings what runs in line with the files; one look at a time. */
  refresh(): Promise<void> {
    this.tail = this.tail.then(() => this.look()).catch((error: unknown) => this.dependencies.logger.warn({ error }, 'Unable to read the manifests of static pods'));
    return this.tail;
  }

  private async look(): Promise<void> {
    const { pods, mirrors } = this.dependencies;
    const wanted = await this.read();
    for (const [uid, pod] of this.running) {
      if (wanted.has(uid)) continue;
      this.running.delete(uid);
      pods.remove(pod);
    }
    let mustWait = false;
    for (const [uid, pod] of wanted) {
      if (this.running.has(uid)) continue;
      // An older one of the same name must have ended.
      const before = pods.find(pod.metadata?.namespace ?? '', pod.metadata?.name ?? '');
      if (before && before.metadata?.uid !== uid) mustWait = true;
      else {
        this.running.set(uid, pod);
        pods.put(pod);
      }
    }
    mirrors.want([...this.running.values()]);
    if (mustWait) this.again(manifestRetryMs);
  }

  private async read(): Promise<Map<string, Pod>> {
    const { directory, nodeName, clock, logger } = this.dependencies;
    const found = new Map<string, Pod>();
    if (!directory) return found;
    const names = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
    for (const name of names.sort()) {
      try {
        const pod = staticPodOf(await readFile(path.join(directory, name), 'utf8'), { nodeName, nowMs: clock.now() });
        if ([...found.values()].some((other) => keyOf(other) === keyOf(pod))) throw new Error(`there is another pod ${keyOf(pod)}`);
        found.set(pod.metadata?.uid ?? '', pod);
        this.problems.delete(name);
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (this.problems.get(name) !== problem) logger.warn({ problem, file: name }, 'Could not process manifest file');
        this.problems.set(name, problem);
      }
    }
    return found;
  }
}

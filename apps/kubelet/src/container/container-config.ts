import type { Container, Pod } from '@typernetes/api';
import { cri } from '@typernetes/proto';
import { annotations, labels } from '../runtime/labels';
import { podLabels } from '../sandbox/sandbox-config';
import { containerHash } from './container-hash';
import { expand } from './expand';
import { linuxResources } from './linux-resources';
import { linuxSecurity } from './security';

export interface ContainerInputs {
  environment: ReadonlyMap<string, string>;
  mounts: cri.Mount[];
  restartCount: number;
  /** The runtime's name of the image. */
  imageRef: string;
  nodeMemoryBytes: number;
  rootDir: string;
  /** The container whose processes this one shall see (ephemeral containers). */
  targetId?: string;
}

/** All that the runtime must know of a container, and all that a restarted kubelet will want to know. */
export function containerConfig(pod: Pod, container: Container, inputs: ContainerInputs): cri.ContainerConfig {
  const valueOf = (name: string): string | undefined => inputs.environment.get(name);
  const { preStop, stopSignal } = container.lifecycle ?? {};
  return cri.ContainerConfig.fromPartial({
    metadata: { name: container.name, attempt: inputs.restartCount },
    image: { image: inputs.imageRef, userSpecifiedImage: container.image ?? '' },
    command: (container.command ?? []).map((part) => expand(part, valueOf)),
    args: (container.args ?? []).map((part) => expand(part, valueOf)),
    workingDir: container.workingDir ?? '',
    envs: [...inputs.environment].map(([key, value]) => ({ key, value })),
    mounts: inputs.mounts,
    labels: { ...podLabels(pod), [labels.containerName]: container.name },
    annotations: {
      [annotations.hash]: containerHash(container),
      [annotations.restartCount]: String(inputs.restartCount),
      [annotations.terminationMessagePath]: container.terminationMessagePath ?? '/dev/termination-log',
      [annotations.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
      [annotations.podTerminationGracePeriod]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
      ...(preStop ? { [annotations.preStopHandler]: JSON.stringify(preStop) } : {}),
    },
    logPath: `${container.name}/${inputs.restartCount}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    stopSignal: stopSignal ? cri.signalFromJSON(stopSignal) : cri.Signal.RUNTIME_DEFAULT,
    linux: {
      resources: linuxResources(pod, container, inputs.nodeMemoryBytes),
      securityContext: linuxSecurity(pod, container, inputs),
    },
  });
}

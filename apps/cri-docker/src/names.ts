import type { cri } from '@typernetes/proto';

/** Docker names: readable, and unique so that a create that is tried again cannot make a second one. */
export function sandboxName(metadata: cri.PodSandboxMetadata): string {
  return ['k8s', 'POD', metadata.name, metadata.namespace, metadata.uid, metadata.attempt].join('_');
}

export function containerName(sandbox: cri.PodSandboxMetadata, metadata: cri.ContainerMetadata): string {
  return ['k8s', metadata.name, sandbox.name, sandbox.namespace, sandbox.uid, metadata.attempt].join('_');
}

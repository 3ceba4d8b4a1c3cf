import { dockerSucceeds } from '../docker/docker';

/** Whether the host lets containers be privileged; a host that lacks a capability itself refuses to start them. */
export function privilegedWorks(image: string): Promise<boolean> {
  return dockerSucceeds(['run', '--rm', '--network', 'none', '--privileged', '--entrypoint', 'true', image]);
}

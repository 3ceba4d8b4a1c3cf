import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../cluster/paths';
import { dockerSucceeds } from '../docker/docker';

/** Whether the host lets containers be privileged; a host that lacks a capability itself refuses to start them. */
export function privilegedWorks(image: string): Promise<boolean> {
  return dockerSucceeds(['run', '--rm', '--network', 'none', '--privileged', '--entrypoint', 'true', image]);
}

/** Flags of `docker run` that let a container run an Engine: what docker/node.yaml says of a node. */
export function engineFlags(nodeFile: string, privileged: boolean): string[] {
  if (privileged) return ['--privileged'];
  const { services } = parse(nodeFile) as { services: { node: { cap_add: string[]; security_opt: string[] } } };
  return [...services.node.cap_add.map((name) => `--cap-add=${name}`), ...services.node.security_opt.map((option) => `--security-opt=${option}`)];
}

export async function nodeEngineFlags(privileged: boolean): Promise<string[]> {
  return engineFlags(await readFile(path.join(checkout(), 'docker/node.yaml'), 'utf8'), privileged);
}

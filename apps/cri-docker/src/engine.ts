import type { ContainerCreateOptions, ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { engineStatusCode, invalidArgument, notFound } from './errors';
import type { ContainerRecord, SandboxRecord } from './record';
import { kindLabel, sandboxIdLabel } from './record';
import type { Runtime } from './runtime';

export interface InspectedSandbox {
  record: SandboxRecord;
  metadata: NonNullable<SandboxRecord['config']['metadata']>;
  inspect: ContainerInspectInfo;
}

export interface InspectedContainer {
  record: ContainerRecord;
  inspect: ContainerInspectInfo;
}

async function maybeInspect(runtime: Runtime, id: string): Promise<ContainerInspectInfo | undefined> {
  if (!id) throw invalidArgument('an ID is needed');
  try {
    return await runtime.docker.getContainer(id).inspect();
  } catch (error) {
    if (engineStatusCode(error) === 404) return undefined;
    throw error;
  }
}

/** Undefined when there is no such sandbox. */
export async function maybeInspectSandbox(runtime: Runtime, id: string): Promise<InspectedSandbox | undefined> {
  const inspect = await maybeInspect(runtime, id);
  if (!inspect) return undefined;
  const record = runtime.records.sandbox(inspect.Id, inspect.Config.Labels);
  if (!record?.config.metadata) return undefined;
  return { record, metadata: record.config.metadata, inspect };
}

/** @throws CriError NOT_FOUND */
export async function inspectSandbox(runtime: Runtime, id: string): Promise<InspectedSandbox> {
  const found = await maybeInspectSandbox(runtime, id);
  if (!found) throw notFound('pod sandbox', id);
  return found;
}

/** Undefined when there is no such container. */
export async function maybeInspectContainer(runtime: Runtime, id: string): Promise<InspectedContainer | undefined> {
  const inspect = await maybeInspect(runtime, id);
  if (!inspect) return undefined;
  const record = runtime.records.container(inspect.Id, inspect.Config.Labels);
  return record && { record, inspect };
}

/** @throws CriError NOT_FOUND */
export async function inspectContainer(runtime: Runtime, id: string): Promise<InspectedContainer> {
  const found = await maybeInspectContainer(runtime, id);
  if (!found) throw notFound('container', id);
  return found;
}

/** Docker's list of our containers of one kind, of one sandbox if named. */
export function listEngineContainers(
  runtime: Runtime,
  kind: 'podsandbox' | 'container',
  sandboxId = '',
): Promise<ContainerInfo[]> {
  const label = [`${kindLabel}=${kind}`, ...(sandboxId ? [`${sandboxIdLabel}=${sandboxId}`] : [])];
  return runtime.docker.listContainers({ all: true, filters: { label } });
}

/**
 * Creates a container. A left-over of the same name, made by a create whose answer was lost, is removed first if it
 * never ran or has ended.
 */
export async function createEngineContainer(runtime: Runtime, options: ContainerCreateOptions): Promise<string> {
  try {
    return (await runtime.docker.createContainer(options)).id;
  } catch (error) {
    if (engineStatusCode(error) !== 409 || !options.name) throw error;
    const leftOver = await runtime.docker.getContainer(options.name).inspect();
    if (leftOver.State.Running) throw error;
    runtime.logger.warn({ name: options.name, containerId: leftOver.Id }, 'removing a left-over container of this name');
    await runtime.docker.getContainer(leftOver.Id).remove({ v: true, force: true });
    return (await runtime.docker.createContainer(options)).id;
  }
}

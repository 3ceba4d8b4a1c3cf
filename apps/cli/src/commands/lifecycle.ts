import { AdminApi } from '../cluster/api';
import { compose } from '../cluster/compose';
import { clusterContainers, nodeReadiness, startTimes } from '../cluster/nodes';
import { requireSettings } from '../cluster/state';

/** Ends the containers and keeps everything. */
export async function stop(cluster: string): Promise<void> {
  await requireSettings(cluster);
  await compose(cluster, ['stop']);
  console.log(`The cluster "${cluster}" is stopped; ./t8s start brings it back.`);
}

/** Prints containers and nodes. @returns whether all of them are well */
export async function status(cluster: string): Promise<boolean> {
  const settings = await requireSettings(cluster);
  const containers = await clusterContainers(cluster);
  for (const { service, status } of containers) console.log(`${service.padEnd(20)} ${status}`);
  const api = await AdminApi.of(settings);
  try {
    const nodes = await nodeReadiness(api, await startTimes(cluster));
    console.log('');
    for (const node of nodes) console.log(`${node.name.padEnd(20)} ${node.ready ? 'Ready' : 'NotReady'}`);
    return containers.every(({ state }) => state === 'running') && nodes.length === settings.workers && nodes.every(({ ready }) => ready);
  } catch (error) {
    console.log(`\nThe apiserver does not answer: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    api.close();
  }
}

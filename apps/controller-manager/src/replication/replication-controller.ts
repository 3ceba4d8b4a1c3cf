import { resources } from '@typernetes/api';
import { selectorFromMap } from '@typernetes/machinery';
import { replicaController } from './replica-controller';

/** Keeps as many pods running as a ReplicationController asks for. */
export const replicationController = replicaController({
  name: 'replicationcontroller-controller',
  eventSource: 'replication-controller',
  type: resources.replicationControllers,
  gvk: { apiVersion: 'v1', kind: 'ReplicationController' },
  selectorOf: ({ spec }) => selectorFromMap(spec?.selector ?? {}),
  countsTerminating: false,
});

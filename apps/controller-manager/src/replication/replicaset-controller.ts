import { resources } from '@typernetes/api';
import { selectorFromObject } from '@typernetes/machinery';
import { replicaController } from './replica-controller';

/** Keeps as many pods running as a ReplicaSet asks for. */
export const replicaSetController = replicaController({
  name: 'replicaset-controller',
  eventSource: 'replicaset-controller',
  type: resources.replicaSets,
  gvk: { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  selectorOf: ({ spec }) => selectorFromObject(spec?.selector),
  countsTerminating: true,
});

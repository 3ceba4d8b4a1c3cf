import { resources } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';

/** Every namespace has a service account `default`. */
export const serviceAccountController: ControllerDefinition = {
  name: 'serviceaccount-controller',
  setUp(context) {
    const { informers, client } = context;
    const namespaces = informers.informer(resources.namespaces);
    const accounts = informers.informer(resources.serviceAccounts);
    const loop = newController(context, this.name, async (name) => {
      const namespace = namespaces.get(name);
      if (!namespace || namespace.metadata?.deletionTimestamp || accounts.get(`${name}/default`)) return;
      await client
        .resource(resources.serviceAccounts)
        .create({ metadata: { name: 'default', namespace: name } })
        .catch((error: unknown) => {
          if (!hasReason(error, 'AlreadyExists', 'NotFound', 'Forbidden')) throw error;
        });
    });
    namespaces.onChange({ added: ({ metadata }) => loop.enqueue(metadata?.name ?? ''), updated: ({ metadata }) => loop.enqueue(metadata?.name ?? '') });
    accounts.onChange({ deleted: ({ metadata }) => loop.enqueue(metadata?.namespace ?? '') });
    return (signal) => loop.run(signal);
  },
};

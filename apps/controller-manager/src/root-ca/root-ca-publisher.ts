import { resources } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';

const name = 'kube-root-ca.crt';
const annotation = { 'kubernetes.io/description': 'The authority that signs the certificate of the apiserver, for use within the cluster.' };

/** Every namespace has a ConfigMap with the authority that signs the apiserver's certificate. */
export const rootCaPublisher: ControllerDefinition = {
  name: 'root-ca-certificate-publisher-controller',
  setUp(context) {
    const { informers, client, config } = context;
    const namespaces = informers.informer(resources.namespaces);
    const configMaps = informers.informer(resources.configMaps, { fieldSelector: `metadata.name=${name}` });
    const loop = newController(context, this.name, async (namespace) => {
      const target = namespaces.get(namespace);
      if (!config.rootCa || !target || target.metadata?.deletionTimestamp) return;
      const existing = configMaps.get(`${namespace}/${name}`);
      const data = { 'ca.crt': config.rootCa };
      const api = client.resource(resources.configMaps);
      if (!existing) {
        await api.create({ metadata: { name, namespace, annotations: annotation }, data }).catch((error: unknown) => {
          if (!hasReason(error, 'AlreadyExists', 'NotFound', 'Forbidden')) throw error;
        });
      } else if (existing.data?.['ca.crt'] !== config.rootCa || Object.keys(existing.data).length !== 1) {
        await api.update({ ...existing, data });
      }
    });
    const enqueueNamespace = (object: { metadata?: { name?: string } }): void => loop.enqueue(object.metadata?.name ?? '');
    namespaces.onChange({ added: enqueueNamespace, updated: enqueueNamespace });
    const enqueueOwn = (object: { metadata?: { namespace?: string } }): void => loop.enqueue(object.metadata?.namespace ?? '');
    configMaps.onChange({ updated: enqueueOwn, deleted: enqueueOwn });
    return (signal) => loop.run(signal);
  },
};

import { resources, type Namespace } from '@typernetes/api';
import { apiErrors, failure, type ApiError } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { forbid } from './forbid';

/** Namespaces that every cluster keeps. */
const immortal: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** Answers about access, stored nowhere; they work in namespaces that end or do not exist. */
const accessReviews: readonly string[] = ['localsubjectaccessreviews'];

/** Which namespace decides about a write; undefined when none does. @throws ApiError Forbidden to delete an immortal one */
export function decidingNamespace(context: AdmissionContext): string | undefined {
  const { operation, kind, name, namespace, subresource } = context;
  if (kind.group === '' && kind.resource === 'namespaces') {
    if (operation === 'DELETE' && subresource === '' && immortal.includes(name)) throw forbid(context, 'this namespace may not be deleted');
    return undefined;
  }
  return operation === 'DELETE' || namespace === '' || accessReviews.includes(kind.resource) ? undefined : namespace;
}

function terminating(context: AdmissionContext): ApiError {
  const { namespace } = context;
  const { message = '', details } = forbid(context, `unable to create new content in namespace ${namespace} because it is being terminated`).status;
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
  return failure('Forbidden', message, { ...details, causes: [cause] });
}

const isEnding = ({ metadata, status }: Namespace): boolean => metadata?.deletionTimestamp !== undefined || status?.phase === 'Terminating';

/** What the state of its namespace says to a write. @throws ApiError */
export function checkNamespace(context: AdmissionContext, namespace: Namespace | undefined): void {
  if (!namespace) throw apiErrors.notFound({ group: '', resource: 'namespaces', name: context.namespace });
  if (context.operation === 'CREATE' && isEnding(namespace)) throw terminating(context);
}

/** Nothing is written into namespaces that do not exist, nothing new into those that end. */
export function namespaceLifecycle(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    admit: async (context) => {
      const name = decidingNamespace(context);
      if (name === undefined) return;
      // A namespace that was made a moment ago may be in the store only.
      checkNamespace(context, objects.get(resources.namespaces, name) ?? (await objects.read(resources.namespaces, name)));
    },
  };
}

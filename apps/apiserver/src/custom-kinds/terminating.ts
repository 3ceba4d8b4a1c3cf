import { isCustom, resources } from '@typernetes/api';
import { failure } from '@typernetes/machinery';
import type { AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';

/** Nothing new comes of a kind that is going, else its deletion would never end. */
export function refuseCreatesOfTerminatingKinds(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'CustomResourceDefinitionTerminating',
    operations: ['CREATE'],
    admit: ({ kind, subresource }) => {
      if (!isCustom(kind) || subresource !== '') return;
      const definition = objects.get(resources.customResourceDefinitions, `${kind.resource}.${kind.group}`);
      if (definition?.metadata?.deletionTimestamp) {
        throw failure('MethodNotAllowed', 'create not allowed while custom resource definition is terminating', { group: kind.group, kind: kind.resource });
      }
    },
  };
}

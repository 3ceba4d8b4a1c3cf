import { defineKind } from '../define-kind';
import type { CustomResourceDefinition } from '../generated/types';
import { anyName } from '../name-rules';
import { resources } from '../resources';
import { countGenerationOfSpec, keepField, startGeneration } from '../strategies';

/** Keeps a definition until all its objects are gone. */
export const customResourceCleanup = 'customresourcecleanup.apiextensions.k8s.io';

/** The version in which objects are stored. */
export function storageVersionOf({ spec }: Partial<CustomResourceDefinition>): string | undefined {
  const versions = (spec?.versions ?? []) as Partial<CustomResourceDefinition['spec']['versions']>;
  return versions.find((version) => version?.storage)?.name;
}

/** Remembers every version in which objects were ever stored, so that none is given up while some are. */
function rememberStorageVersion(next: CustomResourceDefinition): void {
  const version = storageVersionOf(next);
  const known = next.status?.storedVersions ?? [];
  if (version !== undefined && !known.includes(version)) next.status = { ...next.status, storedVersions: [...known, version] };
}

/** Its objects go first: the apiserver deletes them, then takes the finalizer off. */
function beginDeletion(next: CustomResourceDefinition, now: string): void {
  const metadata = (next.metadata ??= {});
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), customResourceCleanup])];
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: now,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  next.status = { ...next.status, conditions: [...(next.status?.conditions ?? []).filter(({ type }) => type !== terminating.type), terminating] };
}

/** A kind that users declare while the server runs; the apiserver serves it as soon as its names are accepted. */
export const customResourceDefinition = defineKind(resources.customResourceDefinitions, {
  definition: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  storagePath: 'apiextensions.k8s.io/customresourcedefinitions',
  hasGeneration: true,
  // Validation says which name it must have.
  validateName: anyName,
  beginDeletion,
  strategy: {
    prepareForCreate: (next) => {
      next.status = {};
      startGeneration(next);
      rememberStorageVersion(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      rememberStorageVersion(next);
      countGenerationOfSpec(next, previous);
    },
  },
  statusStrategy: {
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'spec');
      const { managedFields, resourceVersion } = next.metadata ?? {};
      next.metadata = { ...previous.metadata, resourceVersion, ...(managedFields ? { managedFields } : {}) };
    },
  },
});

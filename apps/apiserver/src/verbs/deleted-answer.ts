/** Groups and resources of them (none: all, less exceptions) that answer a delete with the object (upstream's ReturnDeletedObject). */
const coreResources: ReadonlySet<string> = new Set(['pods', 'podtemplates', 'persistentvolumeclaims', 'persistentvolumes', 'resourcequotas', 'services', 'serviceaccounts']);
const groups: ReadonlySet<string> = new Set(['resource.k8s.io', 'storage.k8s.io']);

/** Whether a delete answers with the object that is gone rather than with a Status. */
export function returnsDeletedObject({ group, resource }: { group: string; resource: string }): boolean {
  if (group === '') return coreResources.has(resource);
  return groups.has(group) && resource !== 'csistoragecapacities';
}

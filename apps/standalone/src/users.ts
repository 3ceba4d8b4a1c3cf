const authenticated = 'system:authenticated';

/** The same identities that the components have in a cluster of many processes, and so the same rights. */
export const users = {
  scheduler: { name: 'system:kube-scheduler', groups: [authenticated] },
  controllerManager: { name: 'system:kube-controller-manager', groups: [authenticated] },
} as const;

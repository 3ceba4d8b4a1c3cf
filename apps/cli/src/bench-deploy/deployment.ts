/** Everything of the benchmark lies in a namespace of its own. */
export const namespace = 't8s-bench-deploy';

/** As a watch shows it. */
export interface WatchedDeployment {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A Deployment of small pods: 0.01 core and 10 MB each, so that a few nodes hold a thousand of them. */
export function benchDeployment(index: number, replicas: number): object {
  const name = `deployment-${String(index).padStart(4, '0')}`;
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'app', image: 'registry.example.com/bench/app:1.2.3', resources: { requests: { cpu: '10m', memory: '10M' } } }],
        },
      },
    },
  };
}

/** Are all its pods available, by what its controller says of the present spec? */
export function isAvailable({ metadata, spec, status }: WatchedDeployment): boolean {
  const isKnown = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
  const says = status?.conditions?.some(({ type, status: value }) => type === 'Available' && value === 'True') === true;
  return isKnown && says && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1);
}

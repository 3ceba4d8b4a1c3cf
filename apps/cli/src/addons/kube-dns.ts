import { stringify } from 'yaml';

export interface KubeDnsOptions {
  image: string;
  clusterIP: string;
  /** `host:port` of the apiserver's gRPC door, as pods reach it. */
  grpcServer: string;
  /** Name server for other names; empty for none. */
  upstream: string;
}

const labels = { 'k8s-app': 'kube-dns' };
const meta = (name: string): { name: string; namespace: string; labels: typeof labels } => ({ name, namespace: 'kube-system', labels });

const rules = [
  { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
];

function podSpec(options: KubeDnsOptions): object {
  return {
    serviceAccountName: 'kube-dns',
    // The cluster's name server cannot ask itself.
    dnsPolicy: 'Default',
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: 'dns',
        image: options.image,
        imagePullPolicy: 'IfNotPresent',
        args: [
          `--grpc-server=${options.grpcServer}`,
          '--cluster-domain=cluster.local',
          ...(options.upstream ? [`--upstream=${options.upstream}`] : []),
        ],
        ports: [
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
          { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
          { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
        ],
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '170Mi' } },
        livenessProbe: { httpGet: { path: '/livez', port: 8080 }, initialDelaySeconds: 30, timeoutSeconds: 5, failureThreshold: 5 },
        readinessProbe: { httpGet: { path: '/readyz', port: 8181 }, periodSeconds: 1, failureThreshold: 3 },
      },
    ],
  };
}

/** Service kube-dns and all that is behind it, in the order of creation. */
export function kubeDnsObjects(options: KubeDnsOptions): object[] {
  const role = { name: 'system:coredns', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('kube-dns') },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: role, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: role,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.name },
      subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...meta('kube-dns'), labels: { ...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'KubeDNS' } },
      spec: {
        selector: labels,
        clusterIP: options.clusterIP,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: meta('kube-dns'),
      spec: { replicas: 2, selector: labels, template: { metadata: { labels }, spec: podSpec(options) } },
    },
  ];
}

export function kubeDnsManifest(options: KubeDnsOptions): string {
  return kubeDnsObjects(options).map((object) => stringify(object)).join('---\n');
}

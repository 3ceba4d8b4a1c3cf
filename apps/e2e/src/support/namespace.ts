import { kubectl } from './cluster';

/** Applies YAML, as `kubectl apply -f -`. */
export const apply = (yaml: string, namespace = 'default'): Promise<string> => kubectl(['apply', '-n', namespace, '-f', '-'], { input: yaml });

/** A namespace for one suite. */
export async function createNamespace(name: string): Promise<void> {
  await kubectl(['create', 'namespace', name]);
}

/** Deletes it and waits until all that was in it is gone. */
export async function deleteNamespace(name: string): Promise<void> {
  await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--timeout=120s'], { timeoutMs: 130_000 });
}

/** A ReplicationController whose pods serve HTTP on port 80 with nginx. */
export const nginxController = (name: string, replicas: number): string => `
apiVersion: v1
kind: ReplicationController
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: nginx
        image: nginx
        imagePullPolicy: IfNotPresent
        ports: [{ containerPort: 80, name: web }]
        readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
`;

/** A pod with curl and nslookup on a given node. */
export const clientPod = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers:
  - { name: client, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [sleep, '36000'] }
`;

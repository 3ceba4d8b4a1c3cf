/** What managed fields cost a write: nanoseconds of CPU per call on a running pod, beside what the write costs anyway. */
import { fieldTypeOf, resources, createRegistry, type Pod } from '@typernetes/api';
import { applyObject, deepCopy, setOf, trackUpdate, type FieldType, type KubernetesObject, type Manager, type ObjectMetadata } from '@typernetes/machinery';

type Object = KubernetesObject & Pod & ObjectMetadata;

const now = '2026-01-01T00:00:10Z';
const later = '2026-01-01T00:00:20Z';

function newPod(): Object {
  const pod: Object = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web-6d4cf56db6-x2k9f', namespace: 'default', labels: { app: 'web', tier: 'front', 'pod-template-hash': '6d4cf56db6' }, annotations: { note: 'a note that is a sentence' } },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example.com/team/web:1.27.3',
          args: ['--port=8080', '--verbose'],
          ports: [
            { name: 'http', containerPort: 8080 },
            { name: 'metrics', containerPort: 9090 },
          ],
          env: [
            { name: 'MODE', value: 'production' },
            { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/web' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: 'web' } }],
      serviceAccountName: 'default',
    },
  };
  createRegistry().lookup('', 'v1', resources.pods.resource)?.defaults?.(pod);
  return pod;
}

function status(time: string): Pod['status'] {
  const condition = (type: string): object => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: time, observedGeneration: 1 });
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition) as NonNullable<Pod['status']>['conditions'],
    hostIP: '172.30.1.1',
    podIP: '10.244.0.7',
    podIPs: [{ ip: '10.244.0.7' }],
    startTime: now,
    qosClass: 'Burstable',
  };
}

const type = fieldTypeOf('io.k8s.api.core.v1.Pod') as FieldType;
const ofObject = setOf([['f:status']]);
const ofStatus = setOf([['f:spec'], ['f:metadata', 'f:ownerReferences'], ['f:metadata', 'f:deletionTimestamp']]);
const by = (name: string, subresource = '', operation: Manager['operation'] = 'Update'): Manager => ({ name, operation, apiVersion: 'v1', subresource });

function write(live: Object | undefined, next: Object, manager: Manager): Object {
  const managedFields = trackUpdate({ ...(live ? { live } : {}), next, type, manager, ignored: manager.subresource ? ofStatus : ofObject, now: later });
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

const created = write(undefined, newPod(), by('kube-controller-manager'));
const running = write(created, { ...created, status: status(now) }, by('kubelet', 'status'));
const text = JSON.stringify(running);
const changed = JSON.stringify({ ...running, status: status(later) });
const config = newPod();
delete config.status;

interface Case {
  readonly name: string;
  prepare?(): [Object, Object];
  run(live: Object, next: Object): unknown;
}

const parseBoth = (): [Object, Object] => [JSON.parse(text) as Object, JSON.parse(changed) as Object];

const cases: readonly Case[] = [
  { name: 'parse and serialise the pod (what a write costs anyway)', run: () => JSON.stringify(JSON.parse(text)) },
  { name: 'create', prepare: () => [newPod(), newPod()], run: (_, next) => write(undefined, next, by('kube-controller-manager')) },
  { name: 'status patch by its owner (times of all conditions)', prepare: parseBoth, run: (live, next) => write(live, next, by('kubelet', 'status')) },
  { name: 'status patch by somebody else', prepare: parseBoth, run: (live, next) => write(live, next, by('other', 'status')) },
  { name: 'update that changes nothing', prepare: () => [JSON.parse(text) as Object, JSON.parse(text) as Object], run: (live, next) => write(live, next, by('kubelet', 'status')) },
  {
    name: 'apply of the same configuration',
    prepare: () => [JSON.parse(text) as Object, JSON.parse(text) as Object],
    run: (live) => applyObject({ live, config, type, manager: by('kubectl', '', 'Apply'), force: true, ignored: ofObject, now }),
  },
];

const rounds = 10_000;

/** Prepared objects are made outside the time that counts, some at a time. */
function measure({ prepare, run }: Case): number {
  const batch = 100;
  let microseconds = 0;
  for (let done = 0; done < rounds; done += batch) {
    const pairs = Array.from({ length: batch }, (): [Object, Object] => prepare?.() ?? [running, deepCopy(running)]);
    const start = process.cpuUsage();
    for (const [live, next] of pairs) run(live, next);
    const { user, system } = process.cpuUsage(start);
    microseconds += user + system;
  }
  return (microseconds * 1_000) / rounds;
}

console.log(`pod: ${text.length} bytes, ${JSON.stringify(running.metadata?.managedFields).length} of them managed fields`);
for (const it of cases) {
  measure(it);
  console.log(`${Math.round(measure(it)).toString().padStart(9)} ns  ${it.name}`);
}

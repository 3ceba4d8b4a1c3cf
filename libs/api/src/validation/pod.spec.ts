import { deepCopy, formatFieldError } from '@typernetes/machinery';
import { defaultPod } from '../defaults';
import type { Container, Pod, PodSpec, Volume } from '../generated/types';
import { validatePodCreate, validatePodEphemeralContainersUpdate, validatePodStatusUpdate, validatePodUpdate } from './pod';

function podOf(spec: Partial<PodSpec> = {}): Pod {
  const pod: Pod = { metadata: { name: 'p', namespace: 'n' }, spec: { containers: [{ name: 'a', image: 'x:1' }], ...deepCopy(spec) } };
  defaultPod(pod);
  return pod;
}

const problems = (pod: Pod): string[] => validatePodCreate(pod).map(formatFieldError);
const inContainer = (fields: Partial<Container>): Partial<PodSpec> => ({ containers: [{ name: 'a', image: 'x', ...fields }] });
const withVolume = (volume: Partial<Volume>): Partial<PodSpec> => ({ volumes: [{ name: 'v', ...volume }] });

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const c = 'spec.containers[0]';
const ip = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

const rules: [rule: string, spec: Partial<PodSpec>, ...expected: string[]][] = [
  ['a bare pod is fine', {}],
  ['containers are required', { containers: [] }, 'spec.containers: Required value'],
  ['names are labels', inContainer({ name: 'A' }), `${c}.name: Invalid value: "A": ${label}`],
  ['names are unique', { containers: [{ name: 'a', image: 'x' }, { name: 'a', image: 'x' }] }, 'spec.containers[1].name: Duplicate value: "a"'],
  ['names are unique across kinds', { initContainers: [{ name: 'a', image: 'x' }] }, 'spec.initContainers[0].name: Duplicate value: "a"'],
  ['an image is required', inContainer({ image: '' }), `${c}.image: Required value`],
  ['an image has no blanks around it', inContainer({ image: ' x' }), `${c}.image: Invalid value: " x": must not have leading or trailing whitespace`],
  ['pull policies', inContainer({ imagePullPolicy: 'Often' }), `${c}.imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"`],
  ['termination message policies', inContainer({ terminationMessagePolicy: 'X' }), `${c}.terminationMessagePolicy: Unsupported value: "X": supported values: "FallbackToLogsOnError", "File"`],
  ['a port', inContainer({ ports: [{ containerPort: 70_000 }] }), `${c}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`],
  ['a port is required', inContainer({ ports: [{ containerPort: 0 }] }), `${c}.ports[0].containerPort: Required value`],
  ['a port name', inContainer({ ports: [{ containerPort: 1, name: '1' }] }), `${c}.ports[0].name: Invalid value: "1": must contain at least one letter (a-z)`],
  ['port names are unique', inContainer({ ports: [{ containerPort: 1, name: 'a' }, { containerPort: 2, name: 'a' }] }), `${c}.ports[1].name: Duplicate value: "a"`],
  ['protocols', inContainer({ ports: [{ containerPort: 1, protocol: 'X' }] }), `${c}.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"`],
  ['a host port serves one', inContainer({ ports: [{ containerPort: 1, hostPort: 8 }, { containerPort: 2, hostPort: 8 }] }), `${c}.ports[1].hostPort: Duplicate value: "TCP//8"`],
  ['a host address', inContainer({ ports: [{ containerPort: 1, hostIP: 'x' }] }), `${c}.ports[0].hostIP: Invalid value: "x": ${ip}`],
  ['host network ports match', { hostNetwork: true, ...inContainer({ ports: [{ containerPort: 1, hostPort: 2 }] }) }, `${c}.ports[0].containerPort: Invalid value: 1: must match \`hostPort\` when \`hostNetwork\` is true`],
  ['a variable needs a name', inContainer({ env: [{ name: '' }] }), `${c}.env[0].name: Required value`],
  ['value or valueFrom', inContainer({ env: [{ name: 'A', value: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }), `${c}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ['a source of a value', inContainer({ env: [{ name: 'A', valueFrom: {} }] }), `${c}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``],
  ['one source of a value', inContainer({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' }, secretKeyRef: { name: 's', key: 'k' } } }] }), `${c}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time`],
  ['fields of the pod', inContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.x' } } }] }), `${c}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.x": error converting fieldPath: field label not supported: metadata.x`],
  ['a label of the pod is fine', inContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a']" } } }] })],
  ['resource fields', inContainer({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.x' } } }] }), `${c}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.x": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`],
  ['a key of a ConfigMap', inContainer({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: '', key: '' } } }] }), `${c}.env[0].valueFrom.configMapKeyRef.name: Required value`, `${c}.env[0].valueFrom.configMapKeyRef.key: Required value`],
  ['a source of variables', inContainer({ envFrom: [{}] }), `${c}.envFrom[0]: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``],
  ['a mount of no volume', inContainer({ volumeMounts: [{ name: 'v', mountPath: '/a' }] }), `${c}.volumeMounts[0].name: Not found: "v"`],
  ['mounts have places of their own', { ...withVolume({}), ...inContainer({ volumeMounts: [{ name: 'v', mountPath: '/a' }, { name: 'v', mountPath: '/a' }] }) }, `${c}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`],
  ['a sub path stays inside', { ...withVolume({}), ...inContainer({ volumeMounts: [{ name: 'v', mountPath: '/a', subPath: '../b' }] }) }, `${c}.volumeMounts[0].subPath: Invalid value: "../b": must not contain '..'`],
  ['propagation both ways', { ...withVolume({}), ...inContainer({ volumeMounts: [{ name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' }] }) }, `${c}.volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`],
  ['requests within limits', inContainer({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }), `${c}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ['devices are not shared', inContainer({ resources: { requests: { 'a.com/gpu': '1' } } }), `${c}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  ['devices are whole', inContainer({ resources: { limits: { 'a.com/gpu': '500m' } } }), `${c}.resources.limits[a.com/gpu]: Invalid value: "500m": must be an integer`, `${c}.resources.requests[a.com/gpu]: Invalid value: "500m": must be an integer`],
  ['no negative amounts', inContainer({ resources: { requests: { cpu: '-1' } } }), `${c}.resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0`],
  ['known resources', inContainer({ resources: { requests: { disk: '1' } } }), `${c}.resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers`],
  ['a probe has a way', inContainer({ livenessProbe: {} }), `${c}.livenessProbe: Required value: must specify a handler type`],
  ['a probe has one way', inContainer({ livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } }), `${c}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
  ['a probe\'s port', inContainer({ readinessProbe: { httpGet: { port: 0 } } }), `${c}.readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`],
  ['liveness counts to one', inContainer({ livenessProbe: { exec: { command: ['a'] }, successThreshold: 2 } }), `${c}.livenessProbe.successThreshold: Invalid value: 2: must be 1`],
  ['no negative periods', inContainer({ readinessProbe: { exec: { command: ['a'] }, periodSeconds: -1 } }), `${c}.readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`],
  ['a hook needs a command', inContainer({ lifecycle: { preStop: { exec: {} } } }), `${c}.lifecycle.preStop.exec.command: Required value`],
  ['a hook sleeps within the grace', inContainer({ lifecycle: { preStop: { sleep: { seconds: 40 } } } }), `${c}.lifecycle.preStop.sleep: Invalid value: 40: must be non-negative and less than terminationGracePeriodSeconds (30)`],
  ['init containers have no probes', { initContainers: [{ name: 'i', image: 'x', livenessProbe: { exec: { command: ['a'] } } }] }, 'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
  ['sidecars have probes', { initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always', livenessProbe: { exec: { command: ['a'] } } }] }],
  ['privileged cannot escalate less', inContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }), `${c}.securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`],
  ['users', inContainer({ securityContext: { runAsUser: -1 } }), `${c}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive`],
  ['a local seccomp profile', inContainer({ securityContext: { seccompProfile: { type: 'Localhost' } } }), `${c}.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`],
  ['volume names are unique', { volumes: [{ name: 'v' }, { name: 'v' }] }, 'spec.volumes[1].name: Duplicate value: "v"'],
  ['one source a volume', withVolume({ emptyDir: {}, hostPath: { path: '/' } }), 'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ['a host path goes down', withVolume({ hostPath: { path: '/a/../b' } }), "spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'"],
  ['types of host paths', withVolume({ hostPath: { path: '/a', type: 'X' } }), 'spec.volumes[0].hostPath.type: Unsupported value: "X": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"'],
  ['a secret volume', withVolume({ secret: {} }), 'spec.volumes[0].secret.secretName: Required value'],
  ['modes', withVolume({ configMap: { name: 'c', defaultMode: 512 } }), 'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive'],
  ['paths of items', withVolume({ configMap: { name: 'c', items: [{ key: 'k', path: '/x' }] } }), 'spec.volumes[0].configMap.items[0].path: Invalid value: "/x": must be a relative path'],
  ['a short token', withVolume({ projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 60 } }] } }), 'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes'],
  ['restart policies', { restartPolicy: 'Sometimes' }, 'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"'],
  ['DNS policies', { dnsPolicy: 'X' }, 'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"'],
  ['DNS of one\'s own', { dnsPolicy: 'None', dnsConfig: {} }, 'spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
  ['name servers', { dnsConfig: { nameservers: ['x'] } }, `spec.dnsConfig.nameservers[0]: Invalid value: "x": ${ip}`],
  ['host aliases', { hostAliases: [{ ip: '1', hostnames: ['a'] }] }, `spec.hostAliases[0].ip: Invalid value: "1": ${ip}`],
  ['host names', { hostname: 'A' }, `spec.hostname: Invalid value: "A": ${label}`],
  ['a deadline', { activeDeadlineSeconds: 0 }, 'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ['tolerations without key', { tolerations: [{ value: 'a' }] }, 'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"'],
  ['toleration seconds', { tolerations: [{ key: 'a', operator: 'Exists', tolerationSeconds: 1, effect: 'NoSchedule' }] }, "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"],
  ['node affinity', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } } }, 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term'],
  ['weights', { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, podAffinityTerm: { topologyKey: 'a' } }] } } }, 'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100'],
  ['topology keys', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }] } } }, 'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty'],
  ['spreading', { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' }] }, 'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero'],
  ['gates and a node', { nodeName: 'n', schedulingGates: [{ name: 'g' }] }, 'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
  ['gates are unique', { schedulingGates: [{ name: 'g' }, { name: 'g' }] }, 'spec.schedulingGates[1]: Duplicate value: "g"'],
  ['no ephemeral containers at first', { ephemeralContainers: [{ name: 'e', image: 'x' }] }, 'spec.ephemeralContainers: Forbidden: cannot be set on create'],
  ['shared processes', { shareProcessNamespace: true, hostPID: true }, 'spec.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled'],
  ['an operating system', { os: { name: 'plan9' } }, 'spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"'],
  ['resources of the pod', { resources: { limits: { 'ephemeral-storage': '1' } } }, 'spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"', 'spec.resources.requests[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory"'],
];

test.each(rules.map(([rule, spec, ...expected]) => ({ rule, spec, expected })))('create: $rule', ({ spec, expected }) => {
  expect(problems(podOf(spec))).toEqual(expected);
});

const immutable =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

const updates: [rule: string, previous: Partial<PodSpec>, next: Partial<PodSpec>, ...expected: string[]][] = [
  ['nothing', {}, {}],
  ['an image', inContainer({ image: 'x:1' }), inContainer({ image: 'x:1', imagePullPolicy: 'IfNotPresent' })],
  ['a new image', inContainer({ image: 'x:1' }), inContainer({ image: 'x:2' })],
  ['an added toleration', { tolerations: [] }, { tolerations: [{ key: 'a', operator: 'Exists' }] }],
  ['a removed toleration', { tolerations: [{ key: 'a', operator: 'Exists' }] }, {}, 'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
  ['a sooner deadline', { activeDeadlineSeconds: 10 }, { activeDeadlineSeconds: 5 }],
  ['a later deadline', { activeDeadlineSeconds: 10 }, { activeDeadlineSeconds: 11 }, 'spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value'],
  ['no deadline any more', { activeDeadlineSeconds: 10 }, {}, 'spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value'],
  ['a host name', { hostname: 'a' }, { hostname: 'b' }, `${immutable}-hostname: "a"\n+hostname: "b"\n`],
  ['a node', { nodeName: 'a' }, {}, `${immutable}-nodeName: "a"\n`],
  ['one more container', {}, { containers: [{ name: 'a', image: 'x:1' }, { name: 'b', image: 'x:1' }] }, 'spec.containers: Forbidden: pod updates may not add or remove containers'],
  ['a command', inContainer({}), inContainer({ command: ['a'] }), `${immutable}+containers[0].command: ["a"]\n`],
  ['grace that was negative', { terminationGracePeriodSeconds: -1 }, { terminationGracePeriodSeconds: 1 }],
  ['grace', { terminationGracePeriodSeconds: 5 }, { terminationGracePeriodSeconds: 1 }, `${immutable}-terminationGracePeriodSeconds: 5\n+terminationGracePeriodSeconds: 1\n`],
  ['an opened gate', { schedulingGates: [{ name: 'a' }] }, {}],
  ['a new gate', {}, { schedulingGates: [{ name: 'a' }] }, "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'a'"],
  ['a narrower node selector at a gate', { schedulingGates: [{ name: 'a' }] }, { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } }],
  ['another node selector at a gate', { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } }, { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'c' } }, 'spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
  ['a node selector', {}, { nodeSelector: { a: 'b' } }, `${immutable}+nodeSelector: {"a":"b"}\n`],
];

test.each(updates.map(([rule, previous, next, ...expected]) => ({ rule, previous, next, expected })))('update: $rule', ({ previous, next, expected }) => {
  expect(validatePodUpdate(podOf(next), podOf(previous)).map(formatFieldError)).toEqual(expected);
});

test('ephemeral containers only come', () => {
  const previous = podOf({ ephemeralContainers: [{ name: 'e', image: 'x' }] });
  const added = podOf({ ephemeralContainers: [{ name: 'e', image: 'x' }, { name: 'f', image: 'x', targetContainerName: 'a' }] });
  expect(validatePodEphemeralContainersUpdate(added, previous)).toEqual([]);
  expect(validatePodEphemeralContainersUpdate(podOf(), previous).map(formatFieldError)).toEqual(['spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed\n']);
  const changed = podOf({ ephemeralContainers: [{ name: 'e', image: 'y', ports: [{ containerPort: 1 }] }] });
  expect(validatePodEphemeralContainersUpdate(changed, previous).map(formatFieldError)).toEqual([
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    'spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be changed\n',
  ]);
});

test('what ended for good stays ended', () => {
  const statusOf = (state: object): Pod => ({
    ...podOf({ restartPolicy: 'Never' }),
    status: { containerStatuses: [{ name: 'a', image: 'x', imageID: '', ready: false, restartCount: 0, state }] },
  });
  const ended = statusOf({ terminated: { exitCode: 1 } });
  expect(validatePodStatusUpdate(statusOf({ running: {} }), ended).map(formatFieldError)).toEqual([
    'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
  ]);
  expect(validatePodStatusUpdate(ended, statusOf({ running: {} }))).toEqual([]);
});

test('an ordinary pod of some size has no problems', () => {
  const pod = podOf({
    containers: Array.from({ length: 3 }, (_, i) => ({
      name: `c${i}`,
      image: 'registry.example.com/team/app:1.2.3',
      env: Array.from({ length: 12 }, (_v, e) => ({ name: `VARIABLE_${e}`, value: 'some value of an ordinary length' })),
      ports: [{ name: 'http', containerPort: 8080 }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
      volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets' }],
    })),
    volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
  });
  expect(JSON.stringify(pod).length).toBeGreaterThan(3500);
  expect(problems(pod)).toEqual([]);
});

import type { PodSpec, Toleration } from '@typernetes/api';
import { addDefaultTolerations } from './default-toleration-seconds';
import { resolvePriority } from './priority';
import { applyServiceAccount, tokenMountPath } from './service-account';
import { podReferences } from './pod-references';

const spec = (rest: Partial<PodSpec> = {}): PodSpec => ({ containers: [{ name: 'c' }], ...rest });

describe('applyServiceAccount', () => {
  const account = { metadata: { name: 'sa' }, imagePullSecrets: [{ name: 'pull' }] };
  const apply = (pod: PodSpec, rest: object = {}): PodSpec => {
    applyServiceAccount(pod, { ...account, ...rest }, () => 'xxxxx');
    return pod;
  };

  it('mounts token, CA and namespace in all containers', () => {
    const pod = apply(spec({ initContainers: [{ name: 'i' }] }));
    expect(pod.serviceAccountName).toBe('sa');
    expect(pod.imagePullSecrets).toEqual([{ name: 'pull' }]);
    expect(pod.volumes?.[0]).toMatchObject({ name: 'kube-api-access-xxxxx', projected: { defaultMode: 420, sources: [{ serviceAccountToken: { expirationSeconds: 3607 } }, {}, {}] } });
    for (const { volumeMounts } of [...pod.containers, ...(pod.initContainers ?? [])]) {
      expect(volumeMounts).toEqual([{ name: 'kube-api-access-xxxxx', readOnly: true, mountPath: tokenMountPath }]);
    }
  });
  it('leaves containers alone that have something there', () => {
    const pod = apply(spec({ containers: [{ name: 'c', volumeMounts: [{ name: 'own', mountPath: tokenMountPath }] }] }));
    expect(pod.volumes).toBeUndefined();
  });
  it.each<[boolean | undefined, boolean | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, false, false],
    [true, false, true],
    [false, true, false],
  ])('pod says %s, account says %s: mounted is %s', (automountServiceAccountToken, ofAccount, isMounted) => {
    const pod = apply(spec(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }), ofAccount === undefined ? {} : { automountServiceAccountToken: ofAccount });
    expect(pod.volumes !== undefined).toBe(isMounted);
  });
});

describe('addDefaultTolerations', () => {
  it.each<[string, Toleration[], string[]]>([
    ['none', [], ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']],
    ['one of them', [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }], ['node.kubernetes.io/unreachable']],
    ['of another effect', [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }], ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']],
    ['everything', [{ operator: 'Exists' }], []],
  ])('tolerates %s', (_, tolerations, added) => {
    const pod = spec({ tolerations: [...tolerations] });
    addDefaultTolerations(pod);
    expect(pod.tolerations?.slice(tolerations.length).map(({ key }) => key)).toEqual(added);
  });
});

describe('resolvePriority', () => {
  it.each<[Partial<PodSpec>, number]>([
    [{}, 0],
    [{ priorityClassName: 'system-node-critical' }, 2_000_001_000],
    [{ priorityClassName: 'system-cluster-critical', priority: 2_000_000_000 }, 2_000_000_000],
  ])('%j has %i', (rest, expected) => {
    const pod = spec(rest);
    expect(resolvePriority(pod, [])).toBeUndefined();
    expect([pod.priority, pod.preemptionPolicy]).toEqual([expected, 'PreemptLowerPriority']);
  });
  it.each<[Partial<PodSpec>, string]>([
    [{ priorityClassName: 'x' }, 'no PriorityClass with name x was found'],
    [{ priority: 5 }, 'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name'],
  ])('refuses %j', (rest, why) => expect(resolvePriority(spec(rest), [])).toBe(why));
  it('takes number and policy of the class, or of the default class', () => {
    const high = { metadata: { name: 'high' }, value: 7, preemptionPolicy: 'Never' };
    const usual = { metadata: { name: 'usual' }, value: 3, globalDefault: true };
    const lower = { metadata: { name: 'lower' }, value: 2, globalDefault: true };
    const [asked, silent] = [spec({ priorityClassName: 'high' }), spec()];
    expect([resolvePriority(asked, [high, usual, lower]), resolvePriority(silent, [high, usual, lower])]).toEqual([undefined, undefined]);
    expect(asked).toMatchObject({ priority: 7, preemptionPolicy: 'Never' });
    expect(silent).toMatchObject({ priorityClassName: 'lower', priority: 2, preemptionPolicy: 'PreemptLowerPriority' });
  });
});

it('podReferences finds what a pod needs', () => {
  const { secrets, configMaps, claims, usesTokens } = podReferences({
    spec: spec({
      volumes: [
        { name: 'a', secret: { secretName: 's1' } },
        { name: 'b', projected: { sources: [{ configMap: { name: 'c1' } }, { secret: { name: 's2' } }, { serviceAccountToken: { path: 't' } }] } },
        { name: 'c', persistentVolumeClaim: { claimName: 'p1' } },
      ],
      containers: [{ name: 'c', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's3', key: 'k' } } }], envFrom: [{ configMapRef: { name: 'c2' } }] }],
      imagePullSecrets: [{ name: 's4' }],
    }),
  });
  expect([[...secrets], [...configMaps], [...claims], usesTokens]).toEqual([['s1', 's2', 's3', 's4'], ['c1', 'c2'], ['p1'], true]);
});

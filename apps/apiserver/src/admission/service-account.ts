import { resources, type Container, type Pod, type PodSpec, type ServiceAccount, type Volume } from '@typernetes/api';
import { randomSuffix, type Clock, type Random } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { forbid, isCore } from './forbid';
import { mirrorAnnotation } from './pod-references';

export const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';

/** A kubelet asks for a token of this life, which the apiserver knows as "as long as you like, but warn" (KEP-1205). */
const tokenExpirationSeconds = 3_607;

/** The default account is made by a controller a moment after its namespace: it is worth waiting for (upstream: 10 x 100 ms). */
const lookUpsMax = 10;
const lookUpPeriodMs = 100;

/** Token, CA and namespace as one volume (API documentation "Bound service account token volume"). */
export const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: tokenExpirationSeconds } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
    ],
  },
});

const hasMount = ({ volumeMounts }: Container): boolean => (volumeMounts ?? []).some(({ mountPath }) => mountPath === tokenMountPath);

/** Mounts the volume in all containers that have nothing in its place. Changes `spec`. */
export function mountToken(spec: PodSpec, makeSuffix: () => string): void {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].filter((container) => !hasMount(container));
  if (containers.length === 0) return;
  const existing = spec.volumes?.find(({ name }) => name?.startsWith(volumePrefix))?.name;
  const name = existing ?? volumePrefix + makeSuffix();
  if (!existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
  for (const container of containers) container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: tokenMountPath }];
}

/** What a pod takes over from its account. Changes `spec`. */
export function applyServiceAccount(spec: PodSpec, account: ServiceAccount, makeSuffix: () => string): void {
  spec.serviceAccountName = account.metadata?.name ?? '';
  spec.serviceAccount = spec.serviceAccountName;
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec, makeSuffix);
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) spec.imagePullSecrets = structuredClone(account.imagePullSecrets);
}

interface Parts {
  readonly objects: ObjectReader;
  readonly clock: Clock;
  readonly random: Random;
}

async function findAccount({ objects, clock }: Parts, namespace: string, name: string): Promise<ServiceAccount | undefined> {
  const cached = objects.get(resources.serviceAccounts, name, namespace);
  if (cached) return cached;
  const attempts = name === 'default' ? lookUpsMax : 1;
  for (let attempt = 1; ; attempt++) {
    const account = await objects.read(resources.serviceAccounts, name, namespace);
    if (account || attempt >= attempts) return account;
    await clock.sleep(lookUpPeriodMs);
  }
}

/** Every pod runs as a service account: it must exist, and its token is put into the pod. Pods of the kubelet's own (mirrors) have none. */
export function serviceAccountAdmission(parts: Parts): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    operations: ['CREATE'],
    admit: async (context: AdmissionContext) => {
      const pod: Pod | undefined = context.object;
      if (!isCore(context, 'pods') || !pod?.spec) return;
      if (pod.metadata?.annotations?.[mirrorAnnotation] !== undefined) {
        if (pod.spec.serviceAccountName) throw forbid(context, 'a mirror pod may not reference service accounts');
        return;
      }
      const name = pod.spec.serviceAccountName || 'default';
      const account = await findAccount(parts, context.namespace, name);
      if (!account) throw forbid(context, `error looking up service account ${context.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`);
      applyServiceAccount(pod.spec, account, () => randomSuffix(parts.random));
    },
  };
}

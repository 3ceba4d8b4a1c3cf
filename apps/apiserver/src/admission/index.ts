import { randomUUID } from 'node:crypto';
import type { ApiClient } from '@typernetes/client';
import type { Clock, Random } from '@typernetes/machinery';
import type { AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import type { Authorizer } from '../pipeline/authorizer';
import { certificateApproval, certificateSigning, certificateSubjectRestriction, clusterTrustBundleAttest } from './certificates';
import { defaultTolerationSeconds } from './default-toleration-seconds';
import { limitRanger } from './limit-ranger/limit-ranger';
import { namespaceLifecycle } from './namespace-lifecycle';
import { nodeRestriction } from './node-restriction';
import { priority } from './priority';
import { resourceQuota } from './resource-quota/resource-quota';
import { runtimeClassAdmission } from './runtime-class';
import { serviceAccountAdmission } from './service-account';
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage-classes';
import type { WebhookClient } from '../webhooks/webhook-client';
import { mutatingAdmissionPolicies } from './policies/mutating-admission-policy';
import { validatingAdmissionPolicies } from './policies/validating-admission-policy';
import { mutatingWebhooks, validatingWebhooks } from './webhooks/dispatcher';
import { taintNodesByCondition } from './taint-nodes-by-condition';

/**
 * The admission chain, in upstream's order. NamespaceLifecycle comes first: nothing else matters where nothing may be
 * written. NodeRestriction comes before TaintNodesByCondition, whose taint is not the kubelet's doing.
 */
export function admissionChain(parts: { objects: ObjectReader; authorizers: readonly Authorizer[]; client: ApiClient; clock: Clock; random: Random; webhooks: WebhookClient }): readonly AdmissionPlugin[] {
  const { objects, authorizers } = parts;
  const [mutatingPolicies, mutatingPoliciesAgain] = mutatingAdmissionPolicies(parts);
  const asking = { objects, client: parts.webhooks, newUid: () => randomUUID() };
  return [
    namespaceLifecycle(objects),
    limitRanger(objects),
    serviceAccountAdmission(parts),
    nodeRestriction(objects),
    taintNodesByCondition,
    priority(objects),
    defaultTolerationSeconds,
    defaultStorageClass(objects),
    storageObjectInUseProtection,
    persistentVolumeClaimResize(objects),
    runtimeClassAdmission(objects),
    certificateApproval(authorizers),
    certificateSigning(authorizers),
    certificateSubjectRestriction,
    clusterTrustBundleAttest(authorizers),
    mutatingPolicies,
    mutatingWebhooks(asking),
    mutatingPoliciesAgain,
    validatingAdmissionPolicies(parts),
    validatingWebhooks(asking),
    resourceQuota(parts),
  ];
}

import { resources, type AuthenticationV1TokenRequest, type Node, type Pod } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { nodeOfUser } from '../authz/node/node-user';
import { forbid } from './forbid';
import { mirrorAnnotation, podReferences, tokenAudiences } from './pod-references';
import { restrictedLabelChanges } from './node-labels';

const leaseNamespace = 'kube-node-lease';

/** What decisions about a node's writes need to know of other objects. */
export interface NodeWorld {
  pod(namespace: string, name: string): Pod | undefined;
}

/** Why a node may not make this write; undefined when it may, as far as this plugin goes. */
export function nodeRefusal(context: AdmissionContext, node: string, world: NodeWorld): string | undefined {
  const { kind, subresource, operation } = context;
  switch (`${kind.group ? `${kind.group}/` : ''}${kind.resource}${subresource ? `/${subresource}` : ''}`) {
    case 'pods':
      return refusePod(context, node);
    case 'pods/status':
      return refusePodStatus(context, node);
    case 'pods/eviction':
      return world.pod(context.namespace, context.name)?.spec?.nodeName === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`;
    case 'nodes':
    case 'nodes/status':
      return refuseNode(context, node);
    case 'serviceaccounts/token':
      return operation === 'CREATE' ? refuseToken(context, node, world) : undefined;
    case 'coordination.k8s.io/leases':
      return refuseLease(context, node);
    default:
      return undefined;
  }
}

function refusePod(context: AdmissionContext, node: string): string | undefined {
  if (context.operation === 'CREATE') return refusePodCreate(context.object ?? {}, node);
  if (context.operation !== 'DELETE') return `unexpected operation ${JSON.stringify(context.operation)}, node ${JSON.stringify(node)} can only create and delete mirror pods`;
  const previous: Pod = context.previous ?? {};
  return previous.spec?.nodeName === node ? undefined : `node ${JSON.stringify(node)} can only delete pods with spec.nodeName set to itself`;
}

/** Mirror pods only, and nothing in them that would open other objects to the node. */
function refusePodCreate(pod: Pod, nodeName: string): string | undefined {
  const node = JSON.stringify(nodeName);
  if (pod.metadata?.annotations?.[mirrorAnnotation] === undefined) return `pod does not have ${JSON.stringify(mirrorAnnotation)} annotation, node ${node} can only create mirror pods`;
  if (pod.spec?.nodeName !== nodeName) return `node ${node} can only create pods with spec.nodeName set to itself`;
  if (pod.spec.serviceAccountName) return `node ${node} can not create pods that reference a service account`;
  const { secrets, configMaps, claims, usesTokens } = podReferences(pod);
  if (secrets.size > 0) return `node ${node} can not create pods that reference secrets`;
  if (configMaps.size > 0) return `node ${node} can not create pods that reference configmaps`;
  if (claims.size > 0) return `node ${node} can not create pods that reference persistentvolumeclaims`;
  return usesTokens ? `node ${node} can not create pods that reference serviceaccounttokens` : undefined;
}

function sameRecord(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function refusePodStatus({ previous, object }: AdmissionContext, node: string): string | undefined {
  if ((previous as Pod | undefined)?.spec?.nodeName !== node) return `node ${JSON.stringify(node)} can only update pod status for pods with spec.nodeName set to itself`;
  return sameRecord(object?.metadata?.labels, previous?.metadata?.labels) ? undefined : `node ${JSON.stringify(node)} cannot update labels through pod status`;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? []) === JSON.stringify(b ?? []);

function refuseNode({ operation, name, object, previous }: AdmissionContext, nodeName: string): string | undefined {
  const node = JSON.stringify(nodeName);
  if (name !== nodeName) return `node ${node} is not allowed to modify node ${JSON.stringify(name)}`;
  if (operation === 'DELETE' || !object) return undefined;
  const [next, before] = [object, previous ?? {}] as [Node, Node];
  const labels = restrictedLabelChanges(before.metadata?.labels, next.metadata?.labels);
  if (operation === 'CREATE') return labels.length > 0 ? `node ${node} is not allowed to set the following labels: ${labels.join(', ')}` : undefined;
  if (!same(next.metadata?.ownerReferences, before.metadata?.ownerReferences)) return `node ${node} is not allowed to modify ownerReferences`;
  if (!same(next.spec?.taints, before.spec?.taints)) return `node ${node} is not allowed to modify taints`;
  return labels.length > 0 ? `is not allowed to modify labels: ${labels.join(', ')}` : undefined;
}

/** Tokens for pods on the node only, bound to the pod, so that they end with it. */
function refuseToken({ object, namespace }: AdmissionContext, node: string, world: NodeWorld): string | undefined {
  const { spec }: AuthenticationV1TokenRequest = object ?? {};
  const ref = spec?.boundObjectRef;
  if (!ref || ref.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) return 'node requested token not bound to a pod';
  if (!ref.uid) return `node requested token with a pod binding without a uid`;
  const pod = world.pod(namespace, ref.name);
  if (!pod) return `pod ${JSON.stringify(ref.name)} not found`;
  if (pod.metadata?.uid !== ref.uid) return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  if (pod.spec?.nodeName !== node) return 'node requested token bound to a pod scheduled on a different node';
  return refuseAudiences(spec.audiences ?? [], tokenAudiences(pod));
}

/** Only what the pod itself mounts (KEP-4412): a node can't get tokens for other services. */
function refuseAudiences(wanted: readonly string[], mounted: readonly string[]): string | undefined {
  if (wanted.length > 1) return 'node may only request 0 or 1 audiences';
  const [audience = ''] = wanted;
  return mounted.includes(audience) ? undefined : `audience ${JSON.stringify(audience)} not found in pod spec volume`;
}

function refuseLease({ namespace, name }: AdmissionContext, node: string): string | undefined {
  if (namespace !== leaseNamespace) return `can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`;
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node';
}

/** Limits what kubelets write to their own node and the pods on it. */
export function nodeRestriction(objects: ObjectReader): AdmissionPlugin {
  const world: NodeWorld = { pod: (namespace, name) => objects.get(resources.pods, name, namespace) };
  const check = (context: AdmissionContext & { readonly object?: KubernetesObject }): void => {
    const identity = nodeOfUser(context.user);
    if (!identity) return;
    const why = identity.node ? nodeRefusal(context, identity.node, world) : `could not determine node from user ${JSON.stringify(context.user.name)}`;
    if (why !== undefined) throw forbid(context, why);
  };
  // Not after the taint plugin, whose taint is not the node's doing.
  return { name: 'NodeRestriction', operations: ['CREATE', 'UPDATE', 'DELETE'], admit: check };
}

import { resources } from '@typernetes/api';
import { nodeRules } from '../../bootstrap/rbac/component-roles';
import type { AuthorizationAttributes, Authorizer, Decision } from '../../pipeline/authorizer';
import type { ObjectReader } from '../../pipeline/object-reader';
import { ruleAllows } from '../rbac/rule-allows';
import type { NodeGraph, RelatedKind } from './node-graph';
import { nodeOfUser } from './node-user';

type ResourceAttributes = Extract<AuthorizationAttributes, { type: 'resource' }>;

const leaseNamespace = 'kube-node-lease';
const readVerbs: readonly string[] = ['get', 'list', 'watch'];
const allow: Decision = { type: 'allow' };
const no = (reason: string): Decision => ({ type: 'no-opinion', reason });

/** Whether a list is limited to one value of a field: `spec.nodeName=n1`. */
export function selects(fieldSelector: string | undefined, field: string, value: string): boolean {
  return (fieldSelector ?? '').split(',').some((part) => part === `${field}=${value}` || part === `${field}==${value}`);
}

/**
 * What a kubelet may do (API documentation "Using Node Authorization"): a fixed set of rules, and of secrets, config
 * maps, claims, accounts, pods, nodes and leases only what belongs to it. It never denies; RBAC is asked after it.
 */
export function decideForNode(graph: NodeGraph, node: string, attributes: AuthorizationAttributes): Decision {
  if (attributes.type === 'path') return byRules(attributes);
  switch (`${attributes.group}/${attributes.resource}`) {
    case '/secrets':
    case '/configmaps':
      return readRelated(graph, node, attributes);
    case '/persistentvolumeclaims':
      return attributes.subresource === 'status' ? related(graph, node, attributes) : readRelated(graph, node, attributes, ['get']);
    case '/serviceaccounts':
      return serviceAccount(graph, node, attributes);
    case '/pods':
      return pod(graph, node, attributes);
    case '/nodes':
      return ownNode(node, attributes);
    case 'coordination.k8s.io/leases':
      return ownLease(node, attributes);
    default:
      return byRules(attributes);
  }
}

const byRules = (attributes: AuthorizationAttributes): Decision => (nodeRules.some((rule) => ruleAllows(rule, attributes)) ? allow : { type: 'no-opinion' });

function related(graph: NodeGraph, node: string, { resource, namespace, name }: ResourceAttributes): Decision {
  if (name === '') return no('No Object name found');
  const isRelated = graph.isRelated(node, resource as RelatedKind, { namespace, name });
  return isRelated ? allow : no(`no relationship found between node '${node}' and this object`);
}

function readRelated(graph: NodeGraph, node: string, attributes: ResourceAttributes, verbs = readVerbs): Decision {
  if (!verbs.includes(attributes.verb)) return no(`can only read resources of this type`);
  return attributes.subresource === '' ? related(graph, node, attributes) : no('cannot read subresource');
}

function serviceAccount(graph: NodeGraph, node: string, attributes: ResourceAttributes): Decision {
  const { verb, subresource } = attributes;
  if (subresource === 'token' && verb === 'create') return related(graph, node, attributes);
  return readRelated(graph, node, attributes, ['get']);
}

/** Reads what runs on it; NodeRestriction decides about writes. */
function pod(graph: NodeGraph, node: string, attributes: ResourceAttributes): Decision {
  const { verb, subresource, fieldSelector } = attributes;
  if (subresource === '' && verb === 'get') return related(graph, node, attributes);
  const isList = subresource === '' && (verb === 'list' || verb === 'watch');
  if (isList && !selects(fieldSelector, 'spec.nodeName', node)) return no("can only list/watch pods with spec.nodeName field selector");
  return byRules(attributes);
}

function ownNode(node: string, attributes: ResourceAttributes): Decision {
  const { verb, name, fieldSelector } = attributes;
  if (verb === 'get' && name !== node) return no(`node '${node}' cannot read '${name}', only its own Node object`);
  const isList = verb === 'list' || verb === 'watch';
  if (isList && name !== node && !selects(fieldSelector, 'metadata.name', node)) return no(`node '${node}' cannot read all nodes, only its own Node object`);
  return byRules(attributes);
}

function ownLease(node: string, { verb, subresource, namespace, name }: ResourceAttributes): Decision {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb) || subresource !== '') return no('can only get, create, update, patch, or delete a node lease');
  if (namespace !== leaseNamespace) return no(`can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`);
  // The name of a new one is in the body, which NodeRestriction sees.
  return verb === 'create' || name === node ? allow : no('can only access node lease with the same name as the requesting node');
}

export function makeNodeAuthorizer(graph: NodeGraph): Authorizer {
  return {
    name: 'Node',
    authorize: (user, attributes) => {
      const identity = nodeOfUser(user);
      if (!identity) return { type: 'no-opinion' };
      return identity.node ? decideForNode(graph, identity.node, attributes) : no(`unknown node for user ${JSON.stringify(user.name)}`);
    },
  };
}

/** Keeps the graph equal to the pods in the cache. The returned function stops that. */
export function followPods(graph: NodeGraph, objects: ObjectReader): () => void {
  return objects.onChange(resources.pods, ({ type, object }) => (type === 'DELETED' ? graph.removePod(object) : graph.setPod(object)), { withField: 'nodeName' });
}

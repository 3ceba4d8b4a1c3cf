import type { KindDefinition, Verb } from '@typernetes/api';
import { listDefinition, subresourceDefinition } from './schemas';

/** One operation in neutral form; the two versions of OpenAPI write it differently. */
export interface Operation {
  readonly method: 'delete' | 'get' | 'patch' | 'post' | 'put';
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly operationId: string;
  readonly description: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly query: readonly string[];
  /** Definition of the body. */
  readonly body?: string;
  /** Definition of the answer. */
  readonly answer: string;
  readonly patches?: boolean;
}

export interface PathItem {
  readonly path: string;
  /** Names of path parameters. */
  readonly parameters: readonly string[];
  readonly operations: readonly Operation[];
}

const status = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';
export const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
export const patchDefinition = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';

/** Definitions that operations refer to beside the kinds' own. */
export const operationDefinitions: readonly string[] = [status, deleteOptions, patchDefinition, 'io.k8s.api.autoscaling.v1.Scale'];

const listQuery = ['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit', 'resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds', 'watch'];
const writeQuery = ['dryRun', 'fieldManager', 'fieldValidation'];
const deleteQuery = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

interface Form {
  readonly method: Operation['method'];
  readonly action: string;
  readonly word: string;
  readonly query: readonly string[];
}

const itemForms: Partial<Record<Verb, Form>> = {
  get: { method: 'get', action: 'get', word: 'read', query: [] },
  update: { method: 'put', action: 'put', word: 'replace', query: writeQuery },
  patch: { method: 'patch', action: 'patch', word: 'patch', query: [...writeQuery, 'force'] },
  delete: { method: 'delete', action: 'delete', word: 'delete', query: deleteQuery },
};

const collectionForms: Partial<Record<Verb, Form>> = {
  list: { method: 'get', action: 'list', word: 'list', query: listQuery },
  create: { method: 'post', action: 'post', word: 'create', query: writeQuery },
  deletecollection: { method: 'delete', action: 'deletecollection', word: 'deleteCollection', query: [...listQuery.filter((name) => name !== 'watch'), ...deleteQuery] },
};

const groupId = ({ group, version }: KindDefinition): string => {
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return `${capital((group || 'core').split('.')[0] ?? '')}${capital(version)}`;
};

function operationOf(kind: KindDefinition, form: Form, place: { scope: string; subresource?: string; definition?: string }): Operation {
  const { group, version } = kind;
  const definition = place.definition ?? kind.definition;
  const subject = `${kind.kind}${place.subresource ? place.subresource.charAt(0).toUpperCase() + place.subresource.slice(1) : ''}`;
  const isDelete = form.method === 'delete';
  const body = isDelete ? deleteOptions : form.method === 'patch' ? patchDefinition : form.method === 'get' ? undefined : definition;
  return {
    method: form.method,
    action: form.action,
    operationId: `${form.word}${groupId(kind)}${place.scope}${subject}`,
    description: `${form.word} ${place.subresource ? `${place.subresource} of the specified ` : ''}${kind.kind}`,
    kind: { group, version, kind: kind.kind },
    query: form.query,
    ...(body ? { body } : {}),
    answer: isDelete ? status : form.action === 'list' ? listDefinition(kind) : definition,
    ...(form.method === 'patch' ? { patches: true } : {}),
  };
}

const operationsOf = (kind: KindDefinition, verbs: readonly Verb[], forms: Partial<Record<Verb, Form>>, place: { scope: string; subresource?: string; definition?: string }): Operation[] =>
  verbs.flatMap((verb) => {
    const form = forms[verb];
    return form ? [operationOf(kind, form, place)] : [];
  });

/** All paths of one kind. */
export function pathsOf(kind: KindDefinition): PathItem[] {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  const scope = kind.namespaced ? 'Namespaced' : '';
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.resource}` : `${root}/${kind.resource}`;
  const inNamespace = kind.namespaced ? ['namespace'] : [];
  const items: PathItem[] = [{ path: base, parameters: inNamespace, operations: operationsOf(kind, kind.verbs, collectionForms, { scope }) }];
  if (kind.namespaced && kind.verbs.includes('list')) {
    const [list] = operationsOf(kind, ['list'], collectionForms, { scope: '' });
    if (list) items.push({ path: `${root}/${kind.resource}`, parameters: [], operations: [{ ...list, operationId: `${list.operationId}ForAllNamespaces` }] });
  }
  const item: PathItem = { path: `${base}/{name}`, parameters: ['name', ...inNamespace], operations: operationsOf(kind, kind.verbs, itemForms, { scope }) };
  if (item.operations.length > 0) items.push(item);
  const add = (subresource: string, verbs: readonly Verb[]): void => {
    const definition = subresourceDefinition(kind, subresource) ?? kind.definition;
    const operations = operationsOf(kind, verbs, { ...itemForms, create: { method: 'post', action: 'post', word: 'create', query: writeQuery } }, { scope, subresource, definition });
    items.push({ path: `${item.path}/${subresource}`, parameters: item.parameters, operations });
  };
  for (const { name, verbs } of kind.subresources) add(name, verbs);
  for (const name of Object.keys(kind.partStrategies)) add(name, ['get', 'patch', 'update']);
  if (kind.statusStrategy) add('status', ['get', 'patch', 'update']);
  if (kind.scale) add('scale', ['get', 'patch', 'update']);
  return items;
}

import { isCustom, type CustomSubresource, type KindDefinition, type Verb } from '@typernetes/api';
import { returnsDeletedObject } from '../verbs/deleted-answer';
import { inPath, parameters, streamParameters, type Parameter } from './parameters';
import { listDefinition, subresourceDefinition } from './schemas';

export type Method = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

/** One operation in neutral form; the two versions of OpenAPI write it differently. */
export interface Operation {
  readonly method: Method;
  /** `x-kubernetes-action`; documents have none. */
  readonly action?: string;
  readonly operationId: string;
  readonly description: string;
  readonly tag: string;
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** All of them, those of the path included. */
  readonly parameters: readonly Parameter[];
  /** Definition of the body. */
  readonly body?: string;
  /** Definition of the answer; absent: text. */
  readonly answer?: string;
  /** Codes of success. */
  readonly codes: readonly number[];
  /** The body is a patch in one of its formats; the answer is also a stream of events; the answer is whatever the peer says; a log. */
  readonly form?: 'patch' | 'list' | 'connect' | 'log';
  /** Of a custom kind: no protobuf, no strategic patches. */
  readonly isCustom?: boolean;
}

export interface PathItem {
  readonly path: string;
  readonly operations: readonly Operation[];
}

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const status = `${meta}Status`;
const deleteOptions = `${meta}DeleteOptions`;
const patchDefinition = `${meta}Patch`;
const watchEvent = `${meta}WatchEvent`;

/** Definitions that operations refer to beside the kinds' own. */
export const operationDefinitions: readonly string[] = [status, deleteOptions, patchDefinition, watchEvent, `${meta}APIResourceList`, `${meta}APIGroup`, `${meta}APIGroupList`, `${meta}APIVersions`];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `rbac.authorization.k8s.io` -> `RbacAuthorization`. */
const groupWord = (group: string): string =>
  (group || 'core')
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');

export const groupId = (group: string, version: string): string => `${groupWord(group)}${capital(version)}`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
export const tagOf = (group: string, version?: string): string => lowerFirst(groupWord(group)) + (version ? `_${version}` : '');

/** Where operations of a kind are: what their names and paths have in common. */
interface Place {
  readonly kind: KindDefinition;
  readonly scope: '' | 'Namespaced';
  readonly path: string;
  readonly inPath: readonly Parameter[];
}

type Form = Pick<Operation, 'method' | 'action' | 'codes'> & { readonly word: string; readonly takes: readonly Parameter[] };

const itemForms: Partial<Record<Verb, Form>> = {
  get: { method: 'get', action: 'get', word: 'read', takes: [], codes: [200] },
  update: { method: 'put', action: 'put', word: 'replace', takes: parameters.write, codes: [200, 201] },
  patch: { method: 'patch', action: 'patch', word: 'patch', takes: parameters.patch, codes: [200, 201] },
  delete: { method: 'delete', action: 'delete', word: 'delete', takes: parameters.delete, codes: [200, 202] },
};

const createForm: Form = { method: 'post', action: 'post', word: 'create', takes: parameters.write, codes: [200, 201, 202] };

const collectionForms: Partial<Record<Verb, Form>> = {
  list: { method: 'get', action: 'list', word: 'list', takes: parameters.list, codes: [200] },
  create: createForm,
  deletecollection: { method: 'delete', action: 'deletecollection', word: 'delete', takes: parameters.deleteCollection, codes: [200] },
};

/** A subresource whose body and answer are of a definition and kind of their own, or the object itself. */
interface Subject {
  readonly subresource?: string;
  readonly definition: string;
  readonly shown: { readonly group: string; readonly version: string; readonly kind: string };
}

function operationOf({ kind, scope, inPath: own }: Place, form: Form, { subresource = '', definition, shown }: Subject): Operation {
  const { group, version } = kind;
  const collection = form.action === 'deletecollection' ? 'Collection' : '';
  const body = form.method === 'delete' ? deleteOptions : form.method === 'patch' ? patchDefinition : form.method === 'get' ? undefined : definition;
  const returnsStatus = form.action === 'deletecollection' || (form.method === 'delete' && !returnsDeletedObject(kind));
  return {
    method: form.method,
    ...(form.action ? { action: form.action } : {}),
    operationId: `${form.word}${groupId(group, version)}${collection}${scope}${kind.kind}${capital(subresource)}`,
    description: `${form.word} ${collection ? 'a collection of ' : ''}${subresource ? `${subresource} of ` : ''}${kind.kind}`,
    tag: tagOf(group, version),
    kind: shown,
    parameters: [...own, ...parameters.pretty, ...form.takes],
    codes: form.codes,
    ...(isCustom(kind) ? { isCustom: true } : {}),
    ...(body ? { body } : {}),
    answer: returnsStatus ? status : form.action === 'list' ? listDefinition(kind) : definition,
    ...(form.method === 'patch' ? { form: 'patch' } : form.action === 'list' ? { form: 'list' } : {}),
  };
}

const subjectOf = (kind: KindDefinition): Subject => ({ definition: kind.definition, shown: { group: kind.group, version: kind.version, kind: kind.kind } });

const operationsOf = (place: Place, verbs: readonly Verb[], forms: Partial<Record<Verb, Form>>, subject: Subject): Operation[] =>
  verbs.flatMap((verb) => {
    const form = forms[verb];
    return form ? [operationOf(place, form, subject)] : [];
  });

function watchOperation({ kind, scope, inPath: own }: Place, form: 'watch' | 'watchlist', suffix = ''): Operation {
  const { group, version } = kind;
  const list = form === 'watchlist' ? 'List' : '';
  return {
    method: 'get',
    action: form,
    operationId: `watch${groupId(group, version)}${scope}${kind.kind}${list}${suffix}`,
    description: `watch ${kind.kind}; the watch parameter of a list does the same`,
    tag: tagOf(group, version),
    kind: { group, version, kind: kind.kind },
    parameters: [...own, ...parameters.pretty, ...parameters.list],
    codes: [200],
    answer: watchEvent,
    form: 'list',
  };
}

const methodsOfVerb: Partial<Record<Verb, Method>> = { get: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete' };

/** Streams and proxies: whatever goes over the connection is the peer's. */
function connectItems(place: Place, { name, verbs, ...shown }: CustomSubresource): PathItem[] {
  const { kind, scope, inPath: own } = place;
  const isProxy = name === 'proxy';
  const methods: Method[] = [...verbs.flatMap((verb) => methodsOfVerb[verb] ?? []), ...(isProxy ? (['head', 'options'] as const) : [])];
  const path = `${place.path}/${name}`;
  const operations = (suffix: string, more: readonly Parameter[]): Operation[] =>
    methods.map((method) => ({
      method,
      action: 'connect',
      operationId: `connect${groupId(kind.group, kind.version)}${capital(method)}${scope}${kind.kind}${capital(name)}${suffix}`,
      description: `connect ${method.toUpperCase()} requests to ${name} of ${kind.kind}`,
      tag: tagOf(kind.group, kind.version),
      kind: shown,
      parameters: [...own, ...more, ...(streamParameters[shown.kind] ?? [])],
      codes: [200],
      form: 'connect',
    }));
  return [{ path, operations: operations('', []) }, ...(isProxy ? [{ path: `${path}/{path}`, operations: operations('WithPath', [inPath('path')]) }] : [])];
}

function subresourceItems(place: Place, subresource: CustomSubresource): PathItem[] {
  const { kind, path } = place;
  const { name, verbs, ...shown } = subresource;
  if (shown.kind.endsWith('Options')) return connectItems(place, subresource);
  const definition = subresourceDefinition(kind, name) ?? kind.definition;
  const operations = operationsOf(place, verbs, { ...itemForms, create: createForm }, { subresource: name, definition, shown });
  if (name !== 'log') return [{ path: `${path}/${name}`, operations }];
  const asText = operations.map(({ answer: _answer, ...rest }): Operation => ({ ...rest, form: 'log', parameters: [...rest.parameters, ...(streamParameters['Log'] ?? [])] }));
  return [{ path: `${path}/${name}`, operations: asText }];
}

/** All paths of one kind. */
export function pathsOf(kind: KindDefinition): PathItem[] {
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  const scoped = kind.namespaced ? `namespaces/{namespace}/${kind.resource}` : kind.resource;
  const outer = kind.namespaced ? [inPath('namespace')] : [];
  const subject = subjectOf(kind);
  const collection: Place = { kind, scope: kind.namespaced ? 'Namespaced' : '', path: `${root}/${scoped}`, inPath: outer };
  const item: Place = { ...collection, path: `${collection.path}/{name}`, inPath: [inPath('name'), ...outer] };
  const everywhere: Place = { ...collection, scope: '', inPath: [] };
  const items: PathItem[] = [
    { path: collection.path, operations: operationsOf(collection, kind.verbs, collectionForms, subject) },
    { path: item.path, operations: operationsOf(item, kind.verbs, itemForms, subject) },
  ];
  if (kind.namespaced && kind.verbs.includes('list')) {
    const lists = operationsOf(everywhere, ['list'], collectionForms, subject);
    items.push({ path: `${root}/${kind.resource}`, operations: lists.map((list) => ({ ...list, operationId: `${list.operationId}ForAllNamespaces` })) });
  }
  if (kind.verbs.includes('watch')) {
    items.push({ path: `${root}/watch/${scoped}`, operations: [watchOperation(collection, 'watchlist')] });
    items.push({ path: `${root}/watch/${scoped}/{name}`, operations: [watchOperation(item, 'watch')] });
    if (kind.namespaced) items.push({ path: `${root}/watch/${kind.resource}`, operations: [watchOperation(everywhere, 'watchlist', 'ForAllNamespaces')] });
  }
  items.push(...subresourcesOf(kind).flatMap((subresource) => subresourceItems(item, subresource)));
  return items.filter(({ operations }) => operations.length > 0);
}

const wholeObjectVerbs: readonly Verb[] = ['get', 'patch', 'update'];

/** Subresources that a kind declares by a strategy or mapping, and those with code of their own. */
function subresourcesOf(kind: KindDefinition): CustomSubresource[] {
  const { group, version } = kind;
  const whole = (name: string): CustomSubresource => ({ name, group, version, kind: kind.kind, verbs: wholeObjectVerbs });
  return [
    ...kind.subresources,
    ...Object.keys(kind.partStrategies).map(whole),
    ...(kind.statusStrategy ? [whole('status')] : []),
    ...(kind.scale ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: wholeObjectVerbs }] : []),
  ];
}

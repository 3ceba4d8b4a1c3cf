import { inPath, type Parameter } from './parameters';
import type { Method, Operation, PathItem } from './paths';

/** Operations as a version of OpenAPI writes them. */
export type OpenApiVersion = 2 | 3;

type Json = Record<string, unknown>;

const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];
const objectTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const listTypes = [...objectTypes, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

const codeNames: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };
const unauthorized = { '401': { description: 'Unauthorized' } };

const [customPatchTypes, customTypes] = [patchTypes.slice(0, 3), objectTypes.slice(0, 2)];
const patchTypesOf = ({ isCustom }: Operation): string[] => (isCustom ? customPatchTypes : patchTypes);

function producedBy({ form, answer, isCustom }: Operation): string[] {
  if (isCustom) return customTypes;
  if (form === 'list') return listTypes;
  if (form === 'log') return ['text/plain', ...objectTypes];
  return answer === undefined ? ['*/*'] : objectTypes;
}

const common = ({ operationId, description, action, kind, tag }: Operation): Json => ({
  description,
  operationId,
  tags: [tag],
  ...(action ? { 'x-kubernetes-action': action } : {}),
  ...(kind ? { 'x-kubernetes-group-version-kind': kind } : {}),
});

const isRequired = (parameter: Parameter): Json => (parameter.in === 'path' ? { required: true } : {});

const parameterV3 = (parameter: Parameter): Json => ({
  name: parameter.name,
  in: parameter.in,
  ...isRequired(parameter),
  schema: { type: parameter.type, uniqueItems: true },
});

const parameterV2 = (parameter: Parameter): Json => ({
  name: parameter.name,
  in: parameter.in,
  ...isRequired(parameter),
  type: parameter.type,
  uniqueItems: true,
});

const contentOf = (types: readonly string[], schema: Json): Json => Object.fromEntries(types.map((type) => [type, { schema }]));

function operationV3(operation: Operation, own: readonly Parameter[]): Json {
  const ref = (definition: string): Json => ({ $ref: `#/components/schemas/${definition}` });
  const { body, answer, codes, form, method } = operation;
  const content = contentOf(producedBy(operation), answer === undefined ? { type: 'string' } : ref(answer));
  return {
    ...common(operation),
    ...(own.length > 0 ? { parameters: own.map(parameterV3) } : {}),
    ...(body ? { requestBody: { content: contentOf(form === 'patch' ? patchTypesOf(operation) : ['*/*'], ref(body)), ...(method === 'delete' ? {} : { required: true }) } } : {}),
    responses: { ...Object.fromEntries(codes.map((code) => [code, { description: codeNames[code], content }])), ...unauthorized },
  };
}

function operationV2(operation: Operation, own: readonly Parameter[]): Json {
  const ref = (definition: string): Json => ({ $ref: `#/definitions/${definition}` });
  const { body, answer, codes, form, method } = operation;
  const schema = answer === undefined ? { type: 'string' } : ref(answer);
  const taken: Json[] = own.map(parameterV2);
  if (body) taken.unshift({ name: 'body', in: 'body', ...(method === 'delete' ? {} : { required: true }), schema: ref(body) });
  return {
    ...common(operation),
    consumes: form === 'patch' ? patchTypesOf(operation) : ['*/*'],
    produces: producedBy(operation),
    schemes: ['https'],
    ...(taken.length > 0 ? { parameters: taken } : {}),
    responses: { ...Object.fromEntries(codes.map((code) => [code, { description: codeNames[code], schema }])), ...unauthorized },
  };
}

const sameAs = (one: Parameter) => (other: Parameter): boolean => one.name === other.name && one.in === other.in;

/** A path; parameters that all its operations take are the path's. */
export function pathItem({ operations }: PathItem, version: OpenApiVersion): Json {
  const [first, ...others] = operations;
  const shared = (first?.parameters ?? []).filter((parameter) => others.every(({ parameters }) => parameters.some(sameAs(parameter))));
  const written = operations.map((operation): [Method, Json] => {
    const own = operation.parameters.filter((parameter) => !shared.some(sameAs(parameter)));
    return [operation.method, version === 3 ? operationV3(operation, own) : operationV2(operation, own)];
  });
  return { ...Object.fromEntries(written), ...(shared.length > 0 ? { parameters: shared.map(version === 3 ? parameterV3 : parameterV2) } : {}) };
}

/** The one operation of a path that is a document. */
export function documentPath(path: string, { operationId, tag, answer }: { operationId: string; tag: string; answer: string }): PathItem {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => inPath(name));
  return { path, operations: [{ method: 'get', operationId, tag, description: `read ${path}`, parameters, codes: [200], answer }] };
}

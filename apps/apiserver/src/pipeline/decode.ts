import { decodeFields, decodingFailureMessage, strictDecodingMessage, unknownFieldText, type KindDefinition } from '@typernetes/api';
import { apiErrors, formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import { decodeProtobuf, isDecodable, openEnvelope } from '../protobuf/decode';
import { parseJsonStrict } from './parse-body';
import type { Call } from './call';
import type { FieldValidation, RequestBody } from './request';
import { parse as parseYaml } from 'yaml';

export const acceptedBodies: readonly string[] = ['application/json', 'application/yaml'];

const protobufMediaType = 'application/vnd.kubernetes.protobuf';

const fieldValidations: readonly string[] = ['Ignore', 'Warn', 'Strict'];

/** The kind's name and version in texts: `Pod`, `v1`. */
interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** For the schema: `io.k8s.api.core.v1.Pod`; absent: fields are not checked. */
  readonly definition?: string;
}

export const expectedKind = (kind: KindDefinition): ExpectedKind => ({ apiVersion: formatApiVersion(kind), kind: kind.kind, definition: kind.definition });

/**
 * The request's body as an object of the call's kind: parsed, of the right kind, fields of the right types.
 * @throws ApiError BadRequest, UnsupportedMediaType
 */
export function decodeBody(call: Call, expected: ExpectedKind = expectedKind(call.kind)): KubernetesObject {
  const { body } = call.request;
  if (!body) throw apiErrors.badRequest('the request has no body');
  const { value, duplicates } = parseBody(body, expected);
  return checkObject(call, value, { expected, duplicates });
}

/**
 * Whatever was parsed or patched, as an object of the expected kind.
 * @param found.duplicates texts about fields that occurred twice
 */
export function checkObject(call: Call, value: unknown, found: { expected: ExpectedKind; duplicates?: readonly string[] }): KubernetesObject {
  const { expected, duplicates = [] } = found;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw apiErrors.badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const object = { kind: expected.kind, apiVersion: expected.apiVersion, ...(value as KubernetesObject) };
  object.kind ||= expected.kind;
  object.apiVersion ||= expected.apiVersion;
  if (object.kind !== expected.kind || object.apiVersion !== expected.apiVersion) throw wrongKind(object, expected);
  if (expected.definition === undefined) return object;
  const decoded = decodeFields(expected.definition, object);
  if (decoded.error !== undefined) throw apiErrors.badRequest(decodingFailureMessage(expected, decoded.error));
  reportProblems(call, expected, [...duplicates, ...decoded.unknownFields.map(unknownFieldText)]);
  return object;
}

function wrongKind(object: KubernetesObject, expected: ExpectedKind): Error {
  if (object.apiVersion !== expected.apiVersion) {
    return apiErrors.badRequest(`the API version in the data (${object.apiVersion}) does not match the expected API version (${expected.apiVersion})`);
  }
  return apiErrors.badRequest(
    `${object.kind} in version ${JSON.stringify(expected.apiVersion)} cannot be handled as a ${expected.kind}: no kind ${JSON.stringify(object.kind)} is registered for the request's resource`,
  );
}

/** Unknown and duplicate fields: refused, told or passed over, as the client wishes (KEP-2885; Warn unless told). */
function reportProblems(call: Call, expected: ExpectedKind, problems: readonly string[]): void {
  const validation: FieldValidation = call.request.options.fieldValidation ?? 'Warn';
  if (!fieldValidations.includes(validation)) {
    throw apiErrors.badRequest(`fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`);
  }
  if (problems.length === 0 || validation === 'Ignore') return;
  if (validation === 'Warn') call.warnings.push(...problems);
  else throw apiErrors.badRequest(decodingFailureMessage(expected, strictDecodingMessage(problems)));
}

function parseProtobuf(bytes: Buffer, { definition = '' }: ExpectedKind): unknown {
  if (!isDecodable(definition)) throw apiErrors.unsupportedMediaType(acceptedBodies);
  try {
    return decodeProtobuf(definition, openEnvelope(bytes));
  } catch (error) {
    throw apiErrors.badRequest(error instanceof Error ? error.message : String(error));
  }
}

function parseBody(body: RequestBody, expected: ExpectedKind): { value: unknown; duplicates: readonly string[] } {
  if (body.mediaType === protobufMediaType) return { value: parseProtobuf(body.bytes, expected), duplicates: [] };
  const text = body.bytes.toString('utf8');
  if (body.mediaType === 'application/json' || body.mediaType === '') {
    const parsed = parseJsonStrict(text);
    if (parsed.error === undefined) return { value: parsed.value, duplicates: parsed.duplicates };
    throw apiErrors.badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: ${parsed.error}`);
  }
  if (body.mediaType === 'application/yaml') {
    try {
      return { value: parseYaml(text), duplicates: [] };
    } catch (error) {
      throw apiErrors.badRequest(`error converting YAML to JSON: yaml: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  throw apiErrors.unsupportedMediaType(acceptedBodies);
}

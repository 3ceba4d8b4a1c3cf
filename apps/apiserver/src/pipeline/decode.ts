import { decodeFields, decodingFailureMessage, strictDecodingMessage, unknownFieldText, type KindDefinition } from '@typernetes/api';
import { apiErrors, formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import { decodeProtobuf, isDecodable, openEnvelope } from '../protobuf/decode';
import { parseJsonStrict, problemsInOrder } from './parse-body';
import { parseYamlStrict } from './parse-yaml';
import type { Call } from './call';
import type { RequestBody } from './request';

export const acceptedBodies: readonly string[] = ['application/json', 'application/yaml'];

const protobufMediaType = 'application/vnd.kubernetes.protobuf';

/** The kind's name and version in texts: `Pod`, `v1`. */
interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** For the schema: `io.k8s.api.core.v1.Pod`; absent: fields are not checked. */
  readonly definition?: string;
  /** Instead of the definition's own way (custom kinds). */
  readonly decode?: KindDefinition['decode'];
}

export const expectedKind = (kind: KindDefinition): ExpectedKind => ({ apiVersion: formatApiVersion(kind), kind: kind.kind, definition: kind.definition, decode: kind.decode });

/**
 * The request's body as an object of the call's kind: parsed, of the right kind, fields of the right types.
 * @throws ApiError BadRequest, UnsupportedMediaType
 */
export function decodeBody(call: Call, expected: ExpectedKind = expectedKind(call.kind)): KubernetesObject {
  const { body } = call.request;
  if (!body) throw apiErrors.badRequest('the request has no body');
  const { value, ...found } = parseBody(body, expected);
  return checkObject(call, value, { expected, ...found });
}

/** What is known of a value beside itself. */
interface Found {
  readonly expected: ExpectedKind;
  /** Texts about fields that occurred twice. */
  readonly duplicates?: readonly string[];
  /** The JSON that it was parsed from: problems are told in its order. */
  readonly text?: string;
  /** What a client is told who sent something that is not an object of the kind; absent: BadRequest with the kind's name. */
  readonly refuse?: (why: string) => Error;
}

/** Whatever was parsed or patched, as an object of the expected kind. */
export function checkObject(call: Call, value: unknown, found: Found): KubernetesObject {
  const { expected, duplicates = [], text = '' } = found;
  const refuse = found.refuse ?? ((why) => apiErrors.badRequest(decodingFailureMessage(expected, why)));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unrecognized(expected, `${jsonTypeOf(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`);
  }
  for (const [field, named] of Object.entries(value)) {
    const isName = field === 'apiVersion' || field === 'kind';
    if (isName && named !== null && typeof named !== 'string') throw unrecognized(expected, `${jsonTypeOf(named)} into Go struct field .${field} of type string`);
  }
  const object = { kind: expected.kind, apiVersion: expected.apiVersion, ...(value as KubernetesObject) };
  object.kind ||= expected.kind;
  object.apiVersion ||= expected.apiVersion;
  if (object.kind !== expected.kind || object.apiVersion !== expected.apiVersion) throw wrongKind(object, expected);
  if (expected.definition === undefined) return object;
  const decoded = expected.decode ? expected.decode(object) : decodeFields(expected.definition, object);
  if (decoded.error !== undefined) throw refuse(decoded.error);
  const { unknownFields } = decoded;
  const problems = text ? problemsInOrder(text, duplicates, unknownFields) : [...duplicates, ...unknownFields.map(unknownFieldText)];
  reportProblems(call, problems, refuse);
  return object;
}

/** As Go's decoder calls them. */
const jsonTypeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value);

const unrecognized = ({ kind }: ExpectedKind, what: string): Error =>
  apiErrors.badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`);

function wrongKind(object: KubernetesObject, expected: ExpectedKind): Error {
  if (object.apiVersion !== expected.apiVersion) {
    return apiErrors.badRequest(`the API version in the data (${object.apiVersion}) does not match the expected API version (${expected.apiVersion})`);
  }
  return apiErrors.badRequest(
    `${object.kind} in version ${JSON.stringify(expected.apiVersion)} cannot be handled as a ${expected.kind}: no kind ${JSON.stringify(object.kind)} is registered for the request's resource`,
  );
}

/** Unknown and duplicate fields: refused, told or passed over, as the client wishes (KEP-2885; Warn unless told). */
function reportProblems(call: Call, problems: readonly string[], refuse: (why: string) => Error): void {
  const { fieldValidation = 'Warn' } = call.request.options;
  if (problems.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation === 'Warn') call.warnings.push(...problems);
  else throw refuse(strictDecodingMessage(problems));
}

function parseProtobuf(bytes: Buffer, { definition = '' }: ExpectedKind): unknown {
  if (!isDecodable(definition)) throw apiErrors.unsupportedMediaType(acceptedBodies);
  try {
    return decodeProtobuf(definition, openEnvelope(bytes));
  } catch (error) {
    throw apiErrors.badRequest(error instanceof Error ? error.message : String(error));
  }
}

function parseBody(body: RequestBody, expected: ExpectedKind): { value: unknown; duplicates?: readonly string[]; text?: string } {
  if (body.mediaType === protobufMediaType) return { value: parseProtobuf(body.bytes, expected) };
  const text = body.bytes.toString('utf8');
  if (body.mediaType === 'application/json' || body.mediaType === '') {
    const parsed = parseJsonStrict(text);
    if (parsed.error === undefined) return { value: parsed.value, duplicates: parsed.duplicates, text };
    throw apiErrors.badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: ${parsed.error}`);
  }
  if (body.mediaType === 'application/yaml') {
    try {
      const { value, duplicates } = parseYamlStrict(text);
      return { value, ...(duplicates ? { duplicates: [duplicates] } : {}) };
    } catch (error) {
      throw apiErrors.badRequest(`error converting YAML to JSON: yaml: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw apiErrors.unsupportedMediaType(acceptedBodies);
}

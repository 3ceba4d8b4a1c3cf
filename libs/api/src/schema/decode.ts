/**
 * Field validation (KEP-2885) and decoding of built-in kinds: what arrives as any JSON becomes an object of exactly the
 * kind's shape. Upstream decodes into Go structs; what a struct cannot hold is an error (wrong type), is dropped and
 * reported (unknown field) or is normalised (times, quantities that are numbers, null). The same happens here.
 *
 * Each definition is compiled once to a closure over its fields; then decoding is one walk over the object without
 * looking at the schema. Paths are only built for what is wrong.
 */
import { decodeBase64, decodeIntOrString, decodeMicroTime, decodeQuantity, decodeTime, isInt32, jsonType, SyntaxTrouble } from './decode-scalars';
import { definitionOf } from './definitions';
import { fieldType, structType } from './go-types';
import { fieldsName, intOrStringName, jsonName, microTimeName, quantityName, rawExtensionName, schemaName, schemaOrArrayName, schemaOrBoolName, schemaOrStringArrayName, timeName } from './scalars';
import type { SchemaNode } from './types';

/** What decoding found. `error` first: the object is of no use then. */
export interface Decoded {
  /** The decoder's text: `json: cannot unmarshal string into Go struct field …`. Only the first is reported. */
  error?: string;
  /** Paths of dropped fields, in the order of the document: `spec.containers[0].imagee`. */
  unknownFields: string[];
}

/** A step of the path: a field's name, an index, or a map's key. */
type Step = string | number | { key: string };

interface State {
  decoded: Decoded;
  path: Step[];
  /** The innermost struct, as errors name it. */
  struct: string;
}

/** Gives the value to keep; undefined drops it. */
type Decoder = (value: unknown, state: State) => unknown;

function fail(state: State, error: string): undefined {
  state.decoded.error ??= error;
  return undefined;
}

function mismatch(value: unknown, type: string, state: State): undefined {
  const shown = typeof value === 'number' && /^u?int/.test(type) ? `number ${value}` : jsonType(value);
  const fields = state.path.filter((step) => typeof step === 'string').join('.');
  return fail(
    state,
    fields
      ? `json: cannot unmarshal ${shown} into Go struct field ${state.struct}.${fields} of type ${type}`
      : `json: cannot unmarshal ${shown} into Go value of type ${type}`,
  );
}

function pathText(path: readonly Step[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i ? '.' : ''}${typeof step === 'string' ? step : step.key}`))
    .join('');
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const compiled = new Map<string, Decoder>();

/** The compiled decoder of a definition. Definitions refer to each other in circles, so fields resolve at first use. */
function structDecoder(name: string): Decoder {
  const known = compiled.get(name);
  if (known) return known;
  const definition = definitionOf(name);
  if (!definition?.properties) return (value) => value ?? undefined;
  const fields = new Map<string, Decoder>();
  const decoder = decodeStruct(structType(name), fields);
  compiled.set(name, decoder);
  for (const [property, node] of Object.entries(definition.properties)) fields.set(property, compile(node, fieldType(name, property, node)));
  return decoder;
}

function decodeStruct(type: string, fields: ReadonlyMap<string, Decoder>): Decoder {
  const struct = type.slice(type.indexOf('.') + 1);
  return (value, state) => {
    if (value === null) return undefined;
    if (!isObject(value)) return mismatch(value, type, state);
    const outer = state.struct;
    state.struct = struct;
    for (const key of Object.keys(value)) {
      state.path.push(key);
      const decode = fields.get(key);
      if (decode) replace(value, key, decode(value[key], state));
      else {
        state.decoded.unknownFields.push(pathText(state.path));
        delete value[key];
      }
      state.path.pop();
    }
    state.struct = outer;
    return value;
  };
}

function replace(object: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete object[key];
  else if (object[key] !== value) object[key] = value;
}

function decodeArray(type: string, element: Decoder): Decoder {
  return (value, state) => {
    if (value === null) return undefined;
    if (!Array.isArray(value)) return mismatch(value, type, state);
    for (let i = 0; i < value.length; i++) {
      state.path.push(i);
      // null stands for the type's zero value in a list.
      value[i] = element(value[i], state) ?? (type.endsWith('.JSON') ? null : /\]?(string|v1\.[A-Za-z]*(Mode|Family|Name))$/.test(type) ? '' : {});
      state.path.pop();
    }
    return value;
  };
}

function decodeMap(type: string, element: Decoder): Decoder {
  return (value, state) => {
    if (value === null) return undefined;
    if (!isObject(value)) return mismatch(value, type, state);
    for (const key of Object.keys(value)) {
      state.path.push({ key });
      replace(value, key, value[key] === null ? '' : element(value[key], state));
      state.path.pop();
    }
    return value;
  };
}

function decodeSyntax(read: (value: unknown) => unknown): Decoder {
  return (value, state) => {
    if (value === null) return undefined;
    try {
      return read(value);
    } catch (error) {
      if (error instanceof SyntaxTrouble) return fail(state, error.message);
      throw error;
    }
  };
}

function decodeScalar(type: string, accepts: (value: unknown) => boolean): Decoder {
  return (value, state) => {
    if (value === null) return undefined;
    return accepts(value) ? value : mismatch(value, type, state);
  };
}

const bytes = decodeSyntax((value) => decodeBase64(value as string));

/** Where a schema may stand, or something else. */
function schemaOr(other: Decoder): Decoder {
  return (value, state) => {
    if (value === null) return undefined;
    return isObject(value) ? structDecoder(schemaName)(value, state) : other(value, state);
  };
}

const syntaxes: Readonly<Record<string, Decoder>> = {
  [quantityName]: decodeSyntax(decodeQuantity),
  [timeName]: decodeSyntax(decodeTime),
  [microTimeName]: decodeSyntax(decodeMicroTime),
  [intOrStringName]: decodeSyntax(decodeIntOrString),
  [fieldsName]: (value) => value ?? undefined,
  [rawExtensionName]: (value) => value ?? undefined,
  [jsonName]: (value) => value ?? undefined,
  [schemaOrArrayName]: schemaOr((value, state) => (Array.isArray(value) ? decodeArray('[]v1.JSONSchemaProps', structDecoder(schemaName))(value, state) : mismatch(value, 'v1.JSONSchemaPropsOrArray', state))),
  [schemaOrBoolName]: schemaOr((value, state) => (typeof value === 'boolean' ? value : mismatch(value, 'v1.JSONSchemaPropsOrBool', state))),
  [schemaOrStringArrayName]: schemaOr((value, state) => (Array.isArray(value) ? (value as unknown) : mismatch(value, 'v1.JSONSchemaPropsOrStringArray', state))),
};

function compile(node: SchemaNode, type: string): Decoder {
  if (node.$ref) {
    const name = node.$ref;
    return syntaxes[name] ?? structDecoder(name);
  }
  if (node.items) return decodeArray(type, compile(node.items, type.replace(/^\[\]/, '')));
  if (node.additionalProperties) {
    return decodeMap(type, compile(node.additionalProperties, type.replace(/^map\[string\]/, '')));
  }
  if (node.format === 'byte') {
    return (value, state) => (value === null || typeof value === 'string' ? bytes(value, state) : mismatch(value, type, state));
  }
  switch (node.type) {
    case 'string':
      return decodeScalar(type, (value) => typeof value === 'string');
    case 'boolean':
      return decodeScalar(type, (value) => typeof value === 'boolean');
    case 'integer':
      return decodeScalar(type, (value) => (type === 'int32' ? typeof value === 'number' && isInt32(value) : Number.isInteger(value)));
    case 'number':
      return decodeScalar(type, (value) => typeof value === 'number');
    default:
      return (value) => value ?? undefined;
  }
}

/**
 * Brings `object` into the definition's shape, in place: drops unknown fields and nulls, normalises times and numeric
 * quantities. Objects of definitions without a schema (custom kinds) are left as they are.
 */
export function decodeFields(definition: string, object: unknown): Decoded {
  const decoded: Decoded = { unknownFields: [] };
  structDecoder(definition)(object, { decoded, path: [], struct: '' });
  return decoded;
}

/** The message of the 400 when `object` cannot be decoded at all: `Pod in version "v1" cannot be handled as a Pod: …`. */
export function decodingFailureMessage({ apiVersion, kind }: { apiVersion: string; kind: string }, why: string): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`;
}

/** Of all fields that strict decoding refuses: `strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`. */
export function strictDecodingMessage(problems: readonly string[]): string {
  return `strict decoding error: ${problems.join(', ')}`;
}

/** `unknown field "spec.foo"`: in strict errors and, alone, as a warning. */
export const unknownFieldText = (path: string): string => `unknown field ${JSON.stringify(path)}`;

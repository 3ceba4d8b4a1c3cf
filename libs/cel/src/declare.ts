import { Environment } from '@marcbachmann/cel-js';
import { jsonEqual } from '@typernetes/machinery';
import { additionalOf, isObject, itemsOf, type Schema } from '@typernetes/structural';
import { escapeName } from './names';

/** How values of one schema are typed, and made of JSON. */
export interface Declared {
  /** CEL's name of the type. */
  readonly type: string;
  convert(value: unknown): unknown;
}

const timestamp = 'google.protobuf.Timestamp';
const duration = 'google.protobuf.Duration';

const durations = new Environment();

/** JSON without a schema: whole numbers are ints, objects are maps. */
export function convertDynamic(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(convertDynamic);
  if (isObject(value)) return new Map(Object.entries(value).map(([key, item]) => [key, convertDynamic(item)]));
  return value;
}

const dynamic: Declared = { type: 'dyn', convert: convertDynamic };

function declareString(format: string | undefined): Declared {
  switch (format) {
    case 'date-time':
    case 'date':
      return { type: timestamp, convert: (value) => (typeof value === 'string' ? new Date(format === 'date' ? `${value}T00:00:00Z` : value) : value) };
    case 'duration':
      return { type: duration, convert: (value) => durations.evaluate(`duration(${JSON.stringify(value)})`) as unknown };
    case 'byte':
      return { type: 'bytes', convert: (value) => new Uint8Array(Buffer.from(String(value), 'base64')) };
    default:
      return { type: 'string', convert: (value) => value };
  }
}

/** What every object has, as far as expressions may see it. */
const head: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
};

/** Makes CEL types of schemas (API docs: "Validation rules": type conversion), and registers them with an environment. */
export class Declarations {
  private count = 0;

  constructor(private readonly environment: Environment) {}

  /** @param isRoot a whole object: its head is known whatever the schema says */
  declare(schema: Schema, isRoot = false): Declared {
    if (schema.nullable || schema['x-kubernetes-int-or-string']) return dynamic;
    switch (schema.type) {
      case 'string':
        return declareString(schema.format);
      case 'boolean':
        return { type: 'bool', convert: (value) => value };
      case 'integer':
        return { type: 'int', convert: (value) => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value) };
      case 'number':
        return { type: 'double', convert: (value) => value };
      case 'array': {
        const items = this.declare(itemsOf(schema) ?? {});
        return { type: `list<${items.type}>`, convert: (value) => (Array.isArray(value) ? value.map((item) => items.convert(item)) : value) };
      }
      case 'object':
        return this.declareObject(schema, isRoot || schema['x-kubernetes-embedded-resource'] === true);
      default:
        return dynamic;
    }
  }

  private declareObject(schema: Schema, hasHead: boolean): Declared {
    const additional = additionalOf(schema);
    if (additional) {
      const values = this.declare(additional);
      return { type: `map<string, ${values.type}>`, convert: (value) => (isObject(value) ? new Map(Object.entries(value).map(([key, item]) => [key, values.convert(item)])) : value) };
    }
    const properties = hasHead ? { ...schema.properties, ...head } : (schema.properties ?? {});
    if (schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) return dynamic;
    const fields = Object.entries(properties).flatMap(([name, property]) => {
      const escaped = escapeName(name);
      return escaped === undefined ? [] : [{ name, escaped, ...this.declare(property) }];
    });
    return this.registerStruct(fields);
  }

  private registerStruct(fields: readonly (Declared & { name: string; escaped: string })[]): Declared {
    const type = `object${++this.count}`;
    class Struct {
      readonly #json: unknown;
      constructor(json: Record<string, unknown>) {
        this.#json = json;
        for (const { name, escaped, convert } of fields) {
          if (json[name] !== undefined) Object.defineProperty(this, escaped, { value: convert(json[name]), enumerable: true });
        }
      }

      static same(a: Struct, b: Struct): boolean {
        return jsonEqual(a.#json, b.#json);
      }
    }
    this.environment.registerType(type, { ctor: Struct, fields: Object.fromEntries(fields.map(({ escaped, type: fieldType }) => [escaped, fieldType])) });
    this.environment.registerOperator(`${type} == ${type}`, (a: Struct, b: Struct) => Struct.same(a, b));
    return { type, convert: (value) => (isObject(value) ? new Struct(value) : value) };
  }
}

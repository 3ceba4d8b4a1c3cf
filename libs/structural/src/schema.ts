/** What the rules below read of apiextensions/v1 JSONSchemaProps; the API's own type fits. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  /** A Schema or a boolean. */
  readonly additionalProperties?: unknown;
  /** A Schema; an array of them is no part of structural schemas. */
  readonly items?: unknown;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly id?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalItems?: unknown;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly unknown[];
}

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of a list's items. */
export const itemsOf = ({ items }: Schema): Schema | undefined => (isObject(items) ? (items as Schema) : undefined);

/** The schema of a map's values; `{}` when any will do. */
export function additionalOf({ additionalProperties }: Schema): Schema | undefined {
  if (additionalProperties === true) return {};
  return isObject(additionalProperties) ? (additionalProperties as Schema) : undefined;
}

/** `spec` + `replicas`; the root has no name. */
export const below = (path: string, name: string): string => (path ? `${path}.${name}` : name);

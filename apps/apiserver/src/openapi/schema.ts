/** A schema as a document shows it: with `$ref` as a path, descriptions and the kinds that it belongs to. */
export type Schema = Record<string, unknown>;

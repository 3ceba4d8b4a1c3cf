import {
  allVerbs,
  decodeFields,
  defineKind,
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  type Decoded,
  type JSONSchemaProps,
  type KindDefinition,
  type ScaleMapping,
  type StoredForm,
} from '@typernetes/api';
import { compileJsonPath, deepCopy, formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { CompileCustomSchema, CustomSchema } from './custom-schema';
import { customPrinter } from './printer';
import { customStatusStrategy, customStrategy, validateReplicas } from './strategy';

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Makes objects ones of another version, in order (conversion webhooks). @throws ApiError */
export type ConvertCustom = NonNullable<StoredForm['convert']>;

/** How a server makes kinds of definitions. */
export interface CustomKindOptions {
  readonly compile: CompileCustomSchema;
  /** Undefined for definitions whose versions differ by their names alone (strategy None). */
  readonly converterOf?: (definition: CustomResourceDefinition) => ConvertCustom | undefined;
}

/** Below `/registry/`. */
export const storagePathOf = ({ spec }: CustomResourceDefinition): string => `${spec.group}/${spec.names.plural}`;

/** `stable.example.com` -> `com.example.stable.v1.CronTab`: how OpenAPI names the schemas of custom kinds. */
const definitionName = (group: string, version: string, kind: string): string => [...group.split('.').reverse(), version, kind].join('.');

/** Metadata is that of every object; the rest is the schema's. */
function decodeCustom(schema: CustomSchema, object: KubernetesObject): Decoded {
  const meta = object.metadata === undefined || object.metadata === null ? undefined : decodeFields(objectMeta, object.metadata);
  if (object.metadata === null) delete object.metadata;
  if (meta?.error !== undefined) return meta;
  return { unknownFields: [...(meta?.unknownFields ?? []).map((path) => `metadata.${path}`), ...schema.prune(object)] };
}

interface Versions {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
  readonly storage: string;
}

/** What is stored may be of any version that was ever the storage version, and from before the schema was what it is. */
function storedFormOf({ group, kind, version, storage }: Versions, schema: CustomSchema, convert: ConvertCustom | undefined): StoredForm {
  const named = ({ kind: name, apiVersion: _version, ...rest }: KubernetesObject, as: string): KubernetesObject => ({ kind: name, apiVersion: formatApiVersion({ group, version: as }), ...rest });
  const own = formatApiVersion({ group, version });
  const inOwnVersion = (object: KubernetesObject): KubernetesObject => (object.apiVersion === own ? object : named(object, version));
  return {
    group,
    kind,
    version: storage,
    toStored: (object) => (version === storage ? object : named(object, storage)),
    translate: inOwnVersion,
    fromStored: (object) => {
      const shown = deepCopy(inOwnVersion(object));
      schema.prune(shown);
      schema.applyDefaults(shown);
      return shown;
    },
    ...(convert ? { convert } : {}),
  };
}

const textAt = (path: string): ((object: KubernetesObject) => string) => {
  const find = compileJsonPath(path);
  return (object) => {
    const [value] = find(object);
    return value === undefined || value === null ? '' : String(value as boolean | number | string);
  };
};

function scaleOf({ subresources }: CustomResourceDefinitionVersion): ScaleMapping | undefined {
  const scale = subresources?.scale;
  if (!scale) return undefined;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return { specReplicas: specReplicasPath, statusReplicas: statusReplicasPath, selector: labelSelectorPath ? textAt(labelSelectorPath) : () => '' };
}

function withReplicas(schema: CustomSchema, scale: ScaleMapping | undefined): CustomSchema {
  if (!scale) return schema;
  const paths = [scale.specReplicas, scale.statusReplicas];
  return { ...schema, validate: (next, previous) => [...validateReplicas(next, paths), ...schema.validate(next, previous)] };
}

/** One version of a definition as a kind like any other. */
function kindOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion, options: CustomKindOptions): KindDefinition {
  const { spec, status } = definition;
  const { group } = spec;
  const names = status?.acceptedNames ?? spec.names;
  const openApiSchema: JSONSchemaProps = version.schema?.openAPIV3Schema ?? {};
  const scale = scaleOf(version);
  const schema = withReplicas(options.compile(openApiSchema), scale);
  const hasStatus = version.subresources?.status !== undefined;
  const storage = spec.versions.find((it) => it.storage)?.name ?? version.name;
  const type = { group, version: version.name, kind: names.kind, resource: names.plural, namespaced: spec.scope === 'Namespaced' };
  const warning = version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated`;
  return defineKind(type, {
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: allVerbs,
    definition: definitionName(group, version.name, names.kind),
    storagePath: storagePathOf(definition),
    storedAs: storedFormOf({ group, kind: names.kind, version: version.name, storage }, schema, options.converterOf?.(definition)),
    decode: (object) => decodeCustom(schema, object),
    openApiSchema: openApiSchema as Record<string, unknown>,
    defaults: (object) => schema.applyDefaults(object),
    strategy: customStrategy(schema, hasStatus),
    ...(hasStatus ? { statusStrategy: customStatusStrategy(schema) } : {}),
    ...(scale ? { scale } : {}),
    printer: customPrinter(version.additionalPrinterColumns),
    selectableFields: Object.fromEntries((version.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.slice(1), textAt(jsonPath)])),
    fieldType: schema.fieldType,
    hasGeneration: true,
    ...(version.deprecated ? { deprecationWarning: warning } : {}),
  });
}

/** The kinds that a definition declares: one for each version that is served. */
export function kindsOfDefinition(definition: CustomResourceDefinition, options: CustomKindOptions): KindDefinition[] {
  return definition.spec.versions.filter(({ served }) => served).map((version) => kindOf(definition, version, options));
}

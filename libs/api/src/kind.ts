import type { FieldError, FieldType, KubernetesObject } from '@typernetes/machinery';
import type { Decoded } from './schema/decode';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** How the typed client, informers and RBAC name a kind; the small part of a KindDefinition that clients need. */
export interface ResourceType<T extends KubernetesObject = KubernetesObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural: `pods`. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Carries T for the compiler alone; never set. */
  readonly object?: T;
}

/** What the strategy may know of the request. */
export interface StrategyContext {
  /** RFC 3339, whole seconds. */
  now: string;
  /** Who asks. */
  user: { readonly name: string; readonly uid?: string; readonly groups: readonly string[]; readonly extra?: Readonly<Record<string, readonly string[]>> };
}

/**
 * What a write may change. `prepare…` mutates `next` (drop status on create, keep status on update, reset fields the
 * endpoint must not change); `validate…` returns violations and changes nothing. Metadata rules shared by all kinds are
 * the apiserver's and not repeated here.
 */
export interface WriteStrategy<T> {
  prepareForCreate?(next: T, context: StrategyContext): void;
  prepareForUpdate?(next: T, previous: T, context: StrategyContext): void;
  validateCreate?(next: T): FieldError[];
  validateUpdate?(next: T, previous: T): FieldError[];
  /** Warning headers, without the `299 - ` prefix. */
  warnings?(next: T, previous?: T): string[];
}

/** Where autoscaling/v1 Scale finds its values in the object: dot paths as in a CRD's scale subresource. */
export interface ScaleMapping {
  specReplicas: string;
  statusReplicas: string;
  /** Gives the serialised label selector. */
  selector(object: KubernetesObject): string;
}

/** A subresource with code of its own (binding, log, exec, token, eviction, ...); the apiserver has its handler by name. */
export interface CustomSubresource {
  name: string;
  /** Kind of the body: discovery shows it. */
  group: string;
  version: string;
  kind: string;
  verbs: readonly Verb[];
}

/** How a version differs from the stored one. Both take and give whole objects and leave their argument alone. */
export interface Forms {
  toStored(object: KubernetesObject): KubernetesObject;
  fromStored(object: KubernetesObject): KubernetesObject;
}

/** Two kinds that are one in storage: events.k8s.io Event is kept as core Event. */
export interface StoredForm extends Forms {
  /** The kind whose form is stored. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /**
   * Conversion by somebody else (a webhook), where versions differ by more than their names: all at once, in order. Then
   * toStored and fromStored only take what is in their own version. Throws an ApiError when it fails.
   */
  convert?(objects: readonly KubernetesObject[], version: string): Promise<KubernetesObject[]>;
  /** As fromStored, without what reading adds (defaults), where that makes a difference: for parts of objects. */
  translate?(object: KubernetesObject): KubernetesObject;
}

export type Cell = string | number | boolean | null;

/** meta/v1 TableColumnDefinition. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format: string;
  description: string;
  /** 0: always shown; 1: with `-o wide`. */
  priority: number;
}

export interface TablePrinter<T> {
  columns: readonly Column[];
  /** One cell per column. `nowMs` for ages. */
  row(object: T, nowMs: number): Cell[];
}

/**
 * A kind, declared once. Routes, both doors, discovery, OpenAPI, printing, field validation, storage keys, RBAC names
 * and garbage collection derive from it; a CustomResourceDefinition makes the same declaration at run time.
 */
export interface KindDefinition<T extends KubernetesObject = KubernetesObject> extends ResourceType<T> {
  readonly singular: string;
  /** Absent: the kind's name and `List`. */
  readonly listKind?: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  /** Definition name as OpenAPI shows it: `io.k8s.api.core.v1.Pod`. */
  readonly definition: string;
  /** Warns every client of a deprecated kind, whatever it asks. */
  readonly deprecationWarning?: string;
  /** Below `/registry/`: `pods`, `services/specs`. Absent for kinds that are never stored (TokenReview). */
  readonly storagePath?: string;
  /** Present when objects are stored in another kind's form (under its storagePath); reads, writes and watches convert. */
  readonly storedAs?: StoredForm;
  /** Fills in defaults, in place. Must be idempotent: it also runs on what storage gives back. */
  readonly defaults?: (object: T) => void;
  readonly strategy: WriteStrategy<T>;
  /** Present when the kind has a status subresource. */
  readonly statusStrategy?: WriteStrategy<T>;
  /**
   * Subresources that show the whole object and through which one part of it is written (pods/resize), by name; each has
   * rules of its own.
   */
  readonly partStrategies: Readonly<Record<string, WriteStrategy<T>>>;
  readonly scale?: ScaleMapping;
  readonly subresources: readonly CustomSubresource[];
  readonly printer?: TablePrinter<T>;
  /** Field selectors beyond metadata.name and metadata.namespace: label (`spec.nodeName`) to value. */
  readonly selectableFields: Readonly<Record<string, (object: T) => string>>;
  /** How objects merge under server-side apply, where `definition` does not say it (custom kinds, see `customFieldType`). */
  readonly fieldType?: FieldType;
  /**
   * Makes any JSON an object of the kind's shape, in place, where `definition` does not say it (custom kinds): what it
   * cannot hold is dropped and reported.
   */
  readonly decode?: (object: KubernetesObject) => Decoded;
  /** The kind's schema as OpenAPI v3 shows it, where `definition` is not a built-in one (custom kinds). Plain JSON. */
  readonly openApiSchema?: Readonly<Record<string, unknown>>;
  /** Does metadata.generation count changes? The strategies do the counting. */
  readonly hasGeneration: boolean;
  /** Dependents stay when a deletion does not say otherwise: kinds from before garbage collection. */
  readonly orphansByDefault?: boolean;
  /** Changes an object whose deletion begins: who has to finish something before it goes (`now` in RFC 3339). */
  readonly beginDeletion?: (object: T, now: string) => void;
  /** Names are validated with this rule: returns the texts of what is wrong. */
  readonly validateName: (name: string, isPrefix: boolean) => string[];
  /**
   * Objects leave after this many seconds of grace unless the request says otherwise (pods); absent: at once.
   * Undefined means at once, whatever the request says (a pod that runs nowhere).
   */
  readonly gracePeriodSeconds?: (object: T) => number | undefined;
}

/** Whether a kind was declared by a user, at run time. */
export const isCustom = ({ openApiSchema }: KindDefinition): boolean => openApiSchema !== undefined;

/** `PodList`. */
export const listKindOf = ({ kind, listKind }: Pick<KindDefinition, 'kind' | 'listKind'>): string => listKind ?? `${kind}List`;

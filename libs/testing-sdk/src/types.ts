/** What users of the test library see. Nothing here comes from other packages, so that the types stand alone. */

/** Any object of the API, in its JSON shape. */
export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    generateName?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    [field: string]: unknown;
  };
  // Whole kinds go in and come out: their further fields are the caller's to know.
  [field: string]: unknown;
}

/** Names one object; an absent namespace is `default` for namespaced kinds. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** How a simulated container behaves. Durations are texts as `1m30s`, quantities as `250m` and `64Mi`. */
export interface SimulatedBehaviour {
  /** From the container's creation until it runs. */
  readonly 'start-delay'?: string;
  /** So long after the start its readiness and startup probes over the network fail. */
  readonly 'ready-delay'?: string;
  /** It ends by itself after this; default: it runs until it is stopped. */
  readonly 'run-for'?: string;
  /** What it ends with by itself. */
  readonly 'exit-code'?: number;
  /** So many tries end by themselves (at once, or after `run-for`; with 1, or `exit-code`); later ones run on. */
  readonly crashes?: number;
  /** From then on its probes fail. */
  readonly 'fail-after'?: string;
  /** What it prints when it starts. */
  readonly logs?: string | readonly string[];
  /** Answers to commands that begin with these words. */
  readonly exec?: readonly { readonly command: string | readonly string[]; readonly output?: string; readonly 'exit-code'?: number }[];
  /** The answer to any other command. */
  readonly 'exec-output'?: string;
  readonly 'exec-exit-code'?: number;
  /** What it uses. */
  readonly cpu?: string | number;
  readonly memory?: string | number;
}

/** How simulated nodes and what runs on them behave. */
export interface Simulation {
  /** Of several rules for a container the last that says something decides; annotations of the pod come before all. */
  readonly pods?: readonly {
    /** Of the pod's labels: `app=web,tier in (a,b)`; default: all pods. */
    readonly selector?: string;
    readonly namespace?: string;
    /** Default: all containers of the pod. */
    readonly container?: string;
    readonly behaviour: SimulatedBehaviour;
  }[];
  readonly nodes?: readonly {
    readonly name: string;
    readonly cpu?: string | number;
    readonly memory?: string | number;
    readonly labels?: Readonly<Record<string, string>>;
    /** From the start of the node until it is cut off from the API. */
    readonly 'fail-after'?: string;
    /** From then on until it is back; default: never. */
    readonly 'recover-after'?: string;
  }[];
}

export interface StartOptions {
  /** Simulated nodes; default 1. */
  readonly nodes?: number;
  /** CustomResourceDefinitions: objects, YAML files or folders of these. Established when `startCluster` resolves. */
  readonly crds?: readonly (object | string)[];
  /** Manifests to apply: objects, YAML files or folders of these. */
  readonly apply?: string | readonly (object | string)[];
  /** How nodes and containers behave: an object, YAML text or a YAML file. */
  readonly simulation?: Simulation | string;
  /** Keeps the data there instead of in memory. */
  readonly dataDir?: string;
  /** HTTPS; default: any free one. */
  readonly port?: number;
  /** Gets each line of the components' logs (JSON); default: none. */
  readonly log?: (line: string) => void;
}

/** `90`, `'90s'`, `'1h30m'`: numbers are milliseconds. */
export type Duration = number | string;

/** Which requests are meant; every given field has to fit. */
export interface RequestMatch {
  readonly verb?: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  /** Plural: `configmaps`. */
  readonly resource?: string;
  readonly subresource?: string;
  /** API group; empty for core. */
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** Who asks, by user name. Without it, faults leave the cluster's own components (`system:…`) alone. */
  readonly user?: string;
  /** How the sender's `User-Agent` begins. */
  readonly userAgent?: string;
}

/** One request that the API has answered. */
export interface RecordedRequest {
  /** Milliseconds since the epoch, by the cluster's clock. */
  readonly at: number;
  readonly user: string;
  readonly userAgent: string;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status code. */
  readonly code: number;
  /** Of a refusal: `Conflict`, `NotFound`, … */
  readonly reason?: string;
  /** The object that was sent. */
  readonly body?: unknown;
}

/** What a condition may be: `'Ready'` (a status condition that is True), `'Exists'`, `'Deleted'`, or a function. */
export type WaitCondition<T extends ApiObject = ApiObject> = string | ((object: T) => boolean);

export interface Requests {
  /** In order of their answers; the newest 10,000. */
  list(match?: RequestMatch): readonly RecordedRequest[];
  clear(): void;
}

/** Undoes a fault before it has spent itself. */
export type Heal = () => void;

export interface Refusal {
  /** HTTP status code: 409, 429, 500, 503, … */
  readonly code: number;
  /** `Conflict`, `TooManyRequests`, …; default: what the API gives for the code. */
  readonly reason?: string;
  readonly message?: string;
  /** How many requests are refused; default 1. */
  readonly times?: number;
}

export interface Faults {
  /** The next update or patch that fits is refused as if another writer had been first. */
  conflictOnce(match?: RequestMatch): Heal;
  /** The next requests that fit are refused. */
  fail(match: RequestMatch, refusal: Refusal): Heal;
  /** Requests that fit are answered so much later (by real time), until healed. */
  delay(match: RequestMatch, by: Duration): Heal;
  /** Ends the open watches that fit, as a network or a server that goes away. Returns how many. */
  dropWatches(match?: RequestMatch): number;
  /** Ends the open watches that fit with 410 Gone: their clients have to list again. Returns how many. */
  expireWatches(match?: RequestMatch): number;
  /** Cuts a simulated node off until healed: no heartbeats, no logs, no commands. What runs on it runs on. */
  failNode(name: string): Heal;
  /** Ends all connections, empties the caches, and comes back at the same address. */
  restartApiserver(): Promise<void>;
  /** Heals everything. */
  clear(): void;
}

/** The cluster's time. It goes on by itself as real time does, and further by `advance`. */
export interface ClusterClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Moves time forward: whatever the cluster's components wait for (schedules, back-offs, TTLs, leases) falls due in
   * order, and what they do then is done before time goes on.
   */
  advance(by: Duration): Promise<void>;
}

/** All objects as they were at one moment. */
export interface Snapshot {
  readonly objects: number;
}

/** Objects of any kind, custom ones too, as the administrator. Methods reject with the API's `Status` as `error.status`. */
export interface Objects {
  get<T extends ApiObject = ApiObject>(reference: ObjectReference): Promise<T>;
  list<T extends ApiObject = ApiObject>(type: { apiVersion: string; kind: string }, options?: { namespace?: string; labelSelector?: string; fieldSelector?: string }): Promise<T[]>;
  create<T extends ApiObject>(object: T): Promise<T>;
  update<T extends ApiObject>(object: T): Promise<T>;
  /** JSON merge patch. */
  patch<T extends ApiObject = ApiObject>(reference: ObjectReference, patch: object, subresource?: string): Promise<T>;
  delete(reference: ObjectReference, options?: { gracePeriodSeconds?: number; propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' }): Promise<void>;
}

/** A whole Kubernetes in this process. */
export interface TestCluster {
  /** `https://127.0.0.1:41234` */
  readonly server: string;
  /** Of the administrator: YAML text, for `KubeConfig.loadFromString`. */
  readonly kubeconfig: string;
  /** The same as a file, for `KUBECONFIG` and `kubectl --kubeconfig`. */
  readonly kubeconfigPath: string;
  /** A loaded KubeConfig of your version of `@kubernetes/client-node`: `cluster.kubeConfig(KubeConfig).makeApiClient(CoreV1Api)`. */
  kubeConfig<K extends { loadFromString(text: string): void }>(KubeConfig: new () => K): K;
  readonly objects: Objects;
  /** Server-side apply of objects, YAML texts, YAML files or folders of these. Resolves with what was applied. */
  apply(...manifests: readonly (object | string)[]): Promise<ApiObject[]>;
  /** Resolves with the object when the condition holds; rejects after 30 s or `timeout` with what it saw last. */
  waitFor<T extends ApiObject = ApiObject>(reference: ObjectReference, condition: WaitCondition<T>, options?: { readonly timeout?: Duration }): Promise<T>;
  readonly faults: Faults;
  readonly clock: ClusterClock;
  readonly requests: Requests;
  snapshot(): Promise<Snapshot>;
  /** Back to the snapshot, or to how the cluster was when it started; heals faults and forgets requests. */
  reset(snapshot?: Snapshot): Promise<void>;
  stop(): Promise<void>;
}

import { parseDuration, parseLabelSelector, parseQuantity, quantityValue, type LabelSelector } from '@typernetes/machinery';
import { behaviourOf, behaviourWords } from './behaviour';
import { firstOf, type Settings } from './settings';

/** What is said about some containers. */
interface ContainerRule {
  readonly selector: LabelSelector;
  readonly namespace?: string;
  readonly container?: string;
  readonly settings: Settings;
}

/** What a simulated node has, and when it fails, by the time since its start. */
export interface NodePlan {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly failAfterMs?: number;
  /** From the failure on. */
  readonly recoverAfterMs?: number;
}

/** A container of a pod. */
export interface SimulatedSubject {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly container: string;
}

/** How the nodes of a cluster and the containers on them behave. */
export interface Simulation {
  settingsFor(subject: SimulatedSubject): Settings;
  planFor(node: string): NodePlan;
}

/** Nothing goes wrong. */
export const plainSimulation: Simulation = { settingsFor: () => () => undefined, planFor: () => ({}) };

type Fields = Readonly<Record<string, unknown>>;

/** Says at which place of the document something is wrong. */
class Place {
  constructor(private readonly path: string) {}

  at(step: string | number): Place {
    return new Place(typeof step === 'number' ? `${this.path}[${step}]` : `${this.path}${this.path.endsWith(': ') ? '' : '.'}${step}`);
  }

  error(message: string, cause?: unknown): Error {
    return new Error(`${this.path.replace(/: $/, '')}: ${message}`, { cause });
  }

  toString(): string {
    return this.path;
  }

  read<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw this.error(error instanceof Error ? error.message : String(error), error);
    }
  }

  fields(value: unknown, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.error('must be a mapping');
    for (const key of Object.keys(value)) if (!known.includes(key)) throw this.at(key).error(`unknown field, must be one of ${known.join(', ')}`);
    return value as Fields;
  }

  list(value: unknown): readonly unknown[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.error('must be a list');
    return value as unknown[];
  }

  /** Texts, and numbers that YAML takes for such: `exit-code: 3`. */
  text(value: unknown): string {
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') throw this.error('must be a text');
    return value;
  }
}

const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined => (value === undefined ? undefined : read(value));

/**
 * Reads a simulation from its document: `pods` says how containers behave, `nodes` what nodes have and when they fail.
 * Of several rules for a container the last that says something decides.
 * @param where what messages begin with, as the file's name
 * @throws Error that names the place and what is wrong there
 */
export function simulationFrom(document: unknown, where: string): Simulation {
  const root = new Place(`${where}: `);
  const { pods, nodes } = root.fields(document ?? {}, ['pods', 'nodes']);
  const rules = root.at('pods').list(pods).map((rule, index) => containerRule(rule, root.at('pods').at(index)));
  const plans = new Map<string, NodePlan>();
  for (const [index, plan] of root.at('nodes').list(nodes).entries()) {
    const { name, ...rest } = nodePlan(plan, root.at('nodes').at(index));
    if (plans.has(name)) throw root.at('nodes').at(index).at('name').error(`"${name}" is there twice`);
    plans.set(name, rest);
  }
  rules.reverse();
  return {
    settingsFor: (subject) => firstOf(rules.filter((rule) => fits(rule, subject)).map(({ settings }) => settings)),
    planFor: (node) => plans.get(node) ?? {},
  };
}

const fits = ({ selector, namespace, container }: ContainerRule, subject: SimulatedSubject): boolean =>
  selector.matches(subject.labels) && (namespace === undefined || namespace === subject.namespace) && (container === undefined || container === subject.container);

function containerRule(value: unknown, place: Place): ContainerRule {
  const { selector = '', namespace, container, behaviour } = place.fields(value, ['selector', 'namespace', 'container', 'behaviour']);
  if (behaviour === undefined) throw place.at('behaviour').error('required');
  const where = place.at('selector');
  return {
    selector: where.read(() => parseLabelSelector(typeof selector === 'string' ? selector : where.text(selector))),
    ...(namespace === undefined ? {} : { namespace: place.at('namespace').text(namespace) }),
    ...(container === undefined ? {} : { container: place.at('container').text(container) }),
    settings: settingsFrom(behaviour, place.at('behaviour')),
  };
}

/** Every value is read once here, so that a file is refused when it is given and not when a pod comes. */
function settingsFrom(value: unknown, place: Place): Settings {
  const texts = new Map(Object.entries(place.fields(value, behaviourWords)).map(([what, said]) => [what, settingText(what, said, place.at(what))]));
  const settings: Settings = (what) => {
    const text = texts.get(what);
    return text === undefined ? undefined : { text, where: String(place.at(what)) };
  };
  behaviourOf(settings, 0);
  return settings;
}

function settingText(what: string, said: unknown, place: Place): string {
  if (what === 'exec') return JSON.stringify(place.list(said));
  if (what === 'logs' && Array.isArray(said)) return said.map((line, index) => place.at(index).text(line)).join('\n');
  return place.text(said);
}

function nodePlan(value: unknown, place: Place): NodePlan & { name: string } {
  const fields = place.fields(value, ['name', 'cpu', 'memory', 'labels', 'fail-after', 'recover-after']);
  if (fields['name'] === undefined) throw place.at('name').error('required');
  const duration = (field: string): number | undefined => optional(fields[field], (said) => place.at(field).read(() => parseDuration(place.at(field).text(said))));
  const quantity = (field: string): number | undefined => optional(fields[field], (said) => place.at(field).read(() => Number(quantityValue(parseQuantity(place.at(field).text(said))))));
  if (fields['recover-after'] !== undefined && fields['fail-after'] === undefined) throw place.at('recover-after').error('needs fail-after');
  const plan = { cpus: quantity('cpu'), memoryBytes: quantity('memory'), labels: optional(fields['labels'], (said) => labelsFrom(said, place.at('labels'))), failAfterMs: duration('fail-after'), recoverAfterMs: duration('recover-after') };
  return { name: place.at('name').text(fields['name']), ...plan };
}

function labelsFrom(value: unknown, place: Place): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw place.error('must be a mapping');
  return Object.fromEntries(Object.entries(value).map(([key, said]) => [key, place.at(key).text(said)]));
}

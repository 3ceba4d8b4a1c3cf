import type { ExtensionPoint } from './extension-points';
import { extensionPoints, knownPlugin, knownPlugins } from './extension-points';

export interface EnabledPlugin {
  readonly name: string;
  /** 0 or absent: the plugin's own. */
  readonly weight?: number;
}

/** What a profile says of one point. */
export interface PluginSet {
  readonly enabled?: readonly EnabledPlugin[];
  readonly disabled?: readonly { readonly name: string }[];
}

export type PluginSets = { readonly [P in ExtensionPoint | 'multiPoint']?: PluginSet };

/** Which plugins run at each point, in order. */
export type PluginsByPoint = Readonly<Record<ExtensionPoint, readonly Required<EnabledPlugin>[]>>;

const disables = (set: PluginSet | undefined, name: string): boolean => set?.disabled?.some((one) => one.name === name || one.name === '*') === true;

/** The default plugins with what the profile changes: a default one that it names stays in its place. */
function multiPointOf(set: PluginSet | undefined): readonly EnabledPlugin[] {
  const custom = new Map((set?.enabled ?? []).map((plugin) => [plugin.name, plugin]));
  const merged: EnabledPlugin[] = [];
  for (const { name, weight } of knownPlugins) {
    if (disables(set, name)) continue;
    const replacement = custom.get(name);
    merged.push({ name, weight: replacement ? replacement.weight || weight : weight });
    custom.delete(name);
  }
  return [...merged, ...custom.values()];
}

/**
 * What a profile makes of the defaults, by upstream's rules: a plugin named at a point is there with that weight; those
 * that are on by multiPoint come with the points that they implement, unless disabled there. Order: plugins that override
 * their multiPoint entry, the others of multiPoint, the others of the point.
 */
export function pluginsByPoint(sets: PluginSets): PluginsByPoint {
  const general = multiPointOf(sets.multiPoint);
  const result: Partial<Record<ExtensionPoint, readonly Required<EnabledPlugin>[]>> = {};
  for (const point of extensionPoints) {
    const set = sets[point];
    const specific = set?.enabled ?? [];
    const implied = general.filter(({ name }) => knownPlugin(name)?.points.includes(point));
    const overriding = specific.filter(({ name }) => implied.some((one) => one.name === name));
    const rest = specific.filter((one) => !overriding.includes(one));
    const inherited = implied.filter(({ name }) => !disables(set, name) && !specific.some((one) => one.name === name));
    result[point] = [...overriding, ...inherited, ...rest].map(({ name, weight }) => ({ name, weight: weight || knownPlugin(name)?.weight || 1 }));
  }
  return result as PluginsByPoint;
}

/** What is wrong with a profile's plugins. Texts are upstream's where it has some. */
export function pluginSetProblems(sets: PluginSets, schedulerName: string): string[] {
  const problems: string[] = [];
  for (const point of [...extensionPoints, 'multiPoint'] as const) {
    const seen = new Set<string>();
    for (const { name } of sets[point]?.enabled ?? []) {
      const known = knownPlugin(name);
      if (!known) problems.push(`${point} plugin ${JSON.stringify(name)} does not exist`);
      else if (point !== 'multiPoint' && !known.points.includes(point)) problems.push(`plugin ${JSON.stringify(name)} does not extend ${point} plugin`);
      if (seen.has(name)) problems.push(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(point)}`);
      seen.add(name);
    }
  }
  const { queueSort, bind } = pluginsByPoint(sets);
  const profile = `profile with scheduler name ${JSON.stringify(schedulerName)}`;
  if (queueSort.length !== 1) problems.push(`only one queue sort plugin required for ${profile}, but got ${queueSort.length}`);
  if (bind.length === 0) problems.push(`at least one bind plugin is needed for ${profile}`);
  return problems;
}

/** Which versions of the built-in API are served: kube-apiserver's `--runtime-config`. */
import type { KindDefinition } from './kind';

type Served = (kind: Pick<KindDefinition, 'group' | 'version' | 'resource'>) => boolean;

/** Groups of versions that one key turns on or off, in the order in which they are looked at. */
const stages: readonly (readonly [key: string, includes: (version: string) => boolean])[] = [
  ['api/all', () => true],
  ['api/ga', (version) => /^v\d+$/.test(version)],
  ['api/beta', (version) => /^v\d+beta\d+$/.test(version)],
  ['api/alpha', (version) => /^v\d+alpha\d+$/.test(version)],
];

/** Stable versions; beta and alpha ones are for those who ask for them (KEP-3136). */
export const isServedByDefault: Served = ({ version }) => /^v\d+$/.test(version);

/** `api/beta=true,batch/v1=false` as a map; a key alone means true. */
function parsePairs(text: string): Map<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim()).filter(Boolean);
  return new Map(pairs.map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=');
    return [key.trim(), value.join('=').trim()];
  }));
}

const trueTexts = new Set(['', '1', 't', 'T', 'true', 'TRUE', 'True']);
const falseTexts = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** @throws Error */
function isTrue(key: string, value: string): boolean {
  if (trueTexts.has(value)) return true;
  if (falseTexts.has(value)) return false;
  throw new Error(`invalid value of ${key}: ${value}, err: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
}

interface Override {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly isOn: boolean;
}

/** Group and version of a key; `api/v1` is the core group. */
function overrideOf(key: string, value: string): Override {
  const [first = '', version = '', resource = '', ...rest] = key.split('/');
  if (!first || !version || rest.length > 0) throw new Error(`runtime-config invalid key ${key}`);
  return { group: first === 'api' ? '' : first, version, resource, isOn: isTrue(key, value) };
}

/** @throws Error for groups and versions that there are not */
function checkKnown(overrides: readonly Override[], kinds: readonly KindDefinition[]): void {
  const unknown = overrides.filter(({ group }) => !kinds.some((kind) => kind.group === group)).map(({ group }) => group);
  if (unknown.length > 0) throw new Error(`unknown api groups ${unknown.join(',')}`);
  for (const { group, version } of overrides) {
    if (!kinds.some((kind) => kind.group === group && kind.version === version)) throw new Error(`group version ${group}/${version} that has not been registered`);
  }
}

/**
 * What is served by `--runtime-config`: stages first (`api/all`, `api/ga`, `api/beta`, `api/alpha`, the later the stronger), then
 * single versions (`group/version`), then single resources (`group/version/resource`).
 *
 * @throws Error with what is wrong, in upstream's words
 */
export function servedBy(runtimeConfig: string, kinds: readonly KindDefinition[]): Served {
  const pairs = parsePairs(runtimeConfig);
  if (pairs.size === 1 && pairs.get('api/all') === 'false') throw new Error('invalid key with only api/all=false');
  const chosen = stages.flatMap(([key, includes]) => {
    const value = pairs.get(key);
    return value === undefined ? [] : [{ includes, isOn: isTrue(key, value) }];
  });
  const stageKeys = new Set(stages.map(([key]) => key));
  const overrides = [...pairs].filter(([key]) => !stageKeys.has(key)).map(([key, value]) => overrideOf(key, value));
  checkKnown(overrides, kinds);
  return (kind) => {
    const isOf = (override: Override): boolean => override.group === kind.group && override.version === kind.version;
    const ofResource = overrides.findLast((override) => isOf(override) && override.resource === kind.resource);
    const ofVersion = overrides.findLast((override) => isOf(override) && override.resource === '');
    const ofStage = chosen.findLast(({ includes }) => includes(kind.version));
    return (ofResource ?? ofVersion ?? ofStage)?.isOn ?? isServedByDefault(kind);
  };
}

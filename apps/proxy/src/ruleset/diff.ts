import { fixedCommands } from './fixed';
import type { NodeFacts } from '../model/node-facts';
import type { Ruleset } from './ruleset';
import { emptyRuleset, table } from './ruleset';

type Elements = ReadonlyMap<string, string>;
const noElements: Elements = new Map();

/** nft takes long lists; shorter lines keep its errors readable. */
const elementsPerCommand = 200;

function elementCommands(verb: 'add' | 'delete', collection: string, elements: readonly (readonly [string, string])[]): string[] {
  const commands: string[] = [];
  for (let start = 0; start < elements.length; start += elementsPerCommand) {
    const list = elements
      .slice(start, start + elementsPerCommand)
      .map(([key, value]) => (value ? `${key} : ${value}` : key));
    commands.push(`${verb} element ${table} ${collection} { ${list.join(', ')} }`);
  }
  return commands;
}

const missingIn = (from: Elements, other: Elements): [string, string][] =>
  [...from].filter(([key, value]) => other.get(key) !== value);

const sameRules = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a === b || (a !== undefined && a.length === b.length && a.every((rule, index) => rule === b[index]));

const keysOnlyIn = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] =>
  [...a.keys()].filter((key) => !b.has(key));

/**
 * The commands of one transaction that lead from `previous` to `next`; none when they are equal. Order: what is referred
 * to is made first, and removed after nothing refers to it any more.
 */
export function diffRulesets(previous: Ruleset, next: Ruleset): string[] {
  const goneChains = keysOnlyIn(previous.chains, next.chains);
  const newChains = keysOnlyIn(next.chains, previous.chains);
  const changed = [...next.chains].filter(([name, rules]) => !sameRules(previous.chains.get(name), rules));
  const collections = [...new Set([...previous.elements.keys(), ...next.elements.keys()])];
  const elementsOf = (ruleset: Ruleset, name: string): Elements => ruleset.elements.get(name) ?? noElements;
  // A set cannot be changed in place: one whose timeout changes is made anew, after its users are flushed.
  const renewedSets = [...next.sets].filter(([name, definition]) => (previous.sets.get(name) ?? definition) !== definition);
  const users = renewedSets.length > 0 ? [...previous.chains.keys()].filter((name) => next.chains.has(name)) : [];
  const rewritten = renewedSets.length > 0 ? [...next.chains] : changed;
  return [
    ...collections.flatMap((name) => elementCommands('delete', name, missingIn(elementsOf(previous, name), elementsOf(next, name)))),
    ...users.map((name) => `flush chain ${table} ${name}`),
    ...goneChains.map((name) => `flush chain ${table} ${name}`),
    ...renewedSets.map(([name]) => `delete set ${table} ${name}`),
    ...[...renewedSets, ...[...next.sets].filter(([name]) => !previous.sets.has(name))].map(([name, definition]) => `add set ${table} ${name} ${definition}`),
    ...newChains.map((name) => `add chain ${table} ${name}`),
    ...rewritten.flatMap(([name, rules]) => [
      ...(previous.chains.has(name) && users.length === 0 ? [`flush chain ${table} ${name}`] : []),
      ...rules.map((rule) => `add rule ${table} ${name} ${rule}`),
    ]),
    ...collections.flatMap((name) => elementCommands('add', name, missingIn(elementsOf(next, name), elementsOf(previous, name)))),
    ...goneChains.map((name) => `delete chain ${table} ${name}`),
    ...keysOnlyIn(previous.sets, next.sets).map((name) => `delete set ${table} ${name}`),
  ];
}

/** Replaces whatever table there is: at start, and when a transaction failed. Connections go on: the kernel knows them. */
export function rebuildCommands(next: Ruleset, facts: NodeFacts): string[] {
  return [...fixedCommands(facts), ...diffRulesets(emptyRuleset, next)];
}

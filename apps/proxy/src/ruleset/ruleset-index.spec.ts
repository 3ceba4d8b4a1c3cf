import { seededRandom } from '@typernetes/machinery';
import { diffRulesets } from './diff';
import type { RulesetPart } from './ruleset';
import { emptyRuleset, mergeParts } from './ruleset';
import type { OwnedParts } from './ruleset-index';
import { RulesetIndex } from './ruleset-index';

const part = (elements: RulesetPart['elements'], chains: RulesetPart['chains'] = []): RulesetPart => ({ chains, sets: [], elements });
const owned = (parts: Record<string, RulesetPart[]>): OwnedParts => new Map(Object.entries(parts));

test('what did not change is not touched', () => {
  const index = new RulesetIndex();
  const a = [part([['ips', '1', 'goto a']], [['a', ['accept']]])];
  index.update(owned({ a, b: [part([['ips', '2', 'goto b']])] }));
  const { previous, next } = index.update(owned({ a, b: [part([['ips', '3', 'goto b']])] }));
  expect(previous).toEqual({ chains: new Map(), sets: new Map(), elements: new Map([['ips', new Map([['2', 'goto b']])]]) });
  expect(next.elements).toEqual(new Map([['ips', new Map([['3', 'goto b']])]]));
});

test('an element that two claim passes to the second when the first lets go, and back', () => {
  const index = new RulesetIndex();
  const a = [part([['ips', '1', 'goto a']])];
  const b = [part([['ips', '1', 'goto b']])];
  index.update(owned({ b }));
  const commands = (parts: Record<string, RulesetPart[]>): string[] => {
    const { previous, next } = index.update(owned(parts));
    return diffRulesets(previous, next);
  };
  expect(commands({ a, b })).toEqual(['delete element ip kube-proxy ips { 1 : goto b }', 'add element ip kube-proxy ips { 1 : goto a }']);
  expect(commands({ b })).toEqual(['delete element ip kube-proxy ips { 1 : goto a }', 'add element ip kube-proxy ips { 1 : goto b }']);
  expect(commands({})).toEqual(['delete element ip kube-proxy ips { 1 : goto b }']);
});

test('an element that two claim alike stays while one has it', () => {
  const index = new RulesetIndex();
  const shared = (): RulesetPart[] => [part([['pods', '10.0.0.1', '']])];
  index.update(owned({ a: shared(), b: shared() }));
  const { previous, next } = index.update(owned({ b: shared() }));
  expect(diffRulesets(previous, next)).toEqual([]);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('after any changes all that was touched is as in the whole, and the rest as before (seed %i)', (seed) => {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random.next() * count);
  const index = new RulesetIndex();
  const parts = new Map<string, RulesetPart[]>();
  let whole = emptyRuleset;
  for (let round = 0; round < 60; round++) {
    const owner = `owner-${pick(4)}`;
    const elements = Array.from({ length: pick(4) }, () => [`set-${pick(2)}`, `key-${pick(5)}`, `goto ${owner}-${pick(2)}`] as const);
    if (pick(4) === 0) parts.delete(owner);
    else parts.set(owner, [part(elements, [[`${owner}-chain`, [`rule ${pick(2)}`]]]), part([['set-0', `key-${pick(5)}`, 'goto late']])]);
    const { previous, next } = index.update(parts);
    const expected = mergeParts([...parts].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, own]) => own));
    // As many commands, and the same ones, as the comparison of everything gives; their order within a list may differ.
    const normal = (commands: string[]): string[] => commands.flatMap(elementsApart).sort();
    expect(normal(diffRulesets(previous, next))).toEqual(normal(diffRulesets(whole, expected)));
    expect(diffRulesets(index.whole(), expected)).toEqual([]);
    whole = expected;
  }
});

const elementsApart = (command: string): string[] => {
  const list = /^((?:add|delete) element .*) \{ (.*) \}$/.exec(command);
  return list ? (list[2] ?? '').split(', ').map((element) => `${list[1]} ${element}`) : [command];
};

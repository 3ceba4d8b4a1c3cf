import { diffRulesets } from './diff';
import type { RulesetPart } from './ruleset';
import { emptyRuleset, mergeParts } from './ruleset';

const part = (more: Partial<RulesetPart>): RulesetPart => ({ chains: [], sets: [], elements: [], ...more });
const web = part({
  chains: [['endpoint-a', ['dnat to a']], ['service-web', ['goto endpoint-a']]],
  elements: [['service-ips', '1 . tcp . 80', 'goto service-web']],
});
const lines = (from: RulesetPart[], to: RulesetPart[]): string[] =>
  diffRulesets(mergeParts(from), mergeParts(to)).map((line) => line.replace('ip kube-proxy ', ''));

test('equal rulesets need no transaction', () => {
  expect(lines([web], [web])).toEqual([]);
  expect(diffRulesets(emptyRuleset, emptyRuleset)).toEqual([]);
});

test('new: chains before rules before elements', () => {
  expect(lines([], [web])).toEqual([
    'add chain endpoint-a',
    'add chain service-web',
    'add rule endpoint-a dnat to a',
    'add rule service-web goto endpoint-a',
    'add element service-ips { 1 . tcp . 80 : goto service-web }',
  ]);
});

test('gone: elements, then rules, then chains', () => {
  expect(lines([web], [])).toEqual([
    'delete element service-ips { 1 . tcp . 80 : goto service-web }',
    'flush chain endpoint-a',
    'flush chain service-web',
    'delete chain endpoint-a',
    'delete chain service-web',
  ]);
});

test('a change touches what changed', () => {
  const grown = part({
    chains: [['endpoint-a', ['dnat to a']], ['endpoint-b', ['dnat to b']], ['service-web', ['vmap a b']]],
    elements: web.elements,
  });
  expect(lines([web], [grown])).toEqual([
    'add chain endpoint-b',
    'add rule endpoint-b dnat to b',
    'flush chain service-web',
    'add rule service-web vmap a b',
  ]);
});

test('a verdict that changes is deleted and added', () => {
  const moved = part({ ...web, elements: [['service-ips', '1 . tcp . 80', 'drop']] });
  expect(lines([web], [moved])).toEqual([
    'delete element service-ips { 1 . tcp . 80 : goto service-web }',
    'add element service-ips { 1 . tcp . 80 : drop }',
  ]);
});

test('a set whose timeout changes is made anew while nothing refers to it', () => {
  const sticky = (timeout: string): RulesetPart => part({ chains: [['endpoint-a', ['update @affinity-a']]], sets: [['affinity-a', `{ timeout ${timeout}; }`]] });
  expect(lines([sticky('1s')], [sticky('2s')])).toEqual([
    'flush chain endpoint-a',
    'delete set affinity-a',
    'add set affinity-a { timeout 2s; }',
    'add rule endpoint-a update @affinity-a',
  ]);
});

test('of two claims to one address the first stands', () => {
  const other = part({ elements: [['service-ips', '1 . tcp . 80', 'goto service-other']] });
  expect(mergeParts([web, other]).elements.get('service-ips')?.get('1 . tcp . 80')).toBe('goto service-web');
});

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { coverageOf, demandsOf, exceptionsOf, isIncomplete, testsOf, type Demand } from './covered';

const root = path.resolve(__dirname, '../../../..');
const reference = path.join(root, '../shared/reference/kubernetes-1.36/conformance.yaml');
const folder = path.join(root, 'docs/conformance');
const pages = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), 'utf8');
  return { sig: path.basename(name, '.md'), text, lines: coverageOf(text), exceptions: exceptionsOf(text) };
});
const demands = existsSync(reference) ? demandsOf(parse(readFileSync(reference, 'utf8')) as Demand[]) : undefined;
const named = pages.flatMap(({ sig, lines, exceptions }) => [...lines.map(({ demand }) => demand), ...exceptions].map((demand) => ({ sig, demand })));

const missing = (): void => void process.stderr.write(`${reference} is missing: not compared\n`);

/** The demands of a SIG that no line and no exception of its page names. */
const forgotten = ({ sig, lines, exceptions }: (typeof pages)[number]): string[] =>
  [...(demands ?? [])].filter(([name, of]) => of === sig && !exceptions.includes(name) && !lines.some(({ demand }) => demand === name)).map(([name]) => name);

describe('how pages and specs are read', () => {
  const page = '# A\n\nNot complete yet.\n\n| demand | file | test |\n| --- | --- | --- |\n| A, b | `a/b.ts` | `does b` |\n\n| not shown | why |\n| --- | --- |\n| C | so |\n';

  it('lines of the table, exceptions, and nothing else', () => {
    expect(coverageOf(page)).toEqual([{ demand: 'A, b', file: 'a/b.ts', test: 'does b' }]);
    expect(exceptionsOf(page)).toEqual(['C']);
    expect([isIncomplete(page), isIncomplete('# A\n')]).toEqual([true, false]);
  });

  it('titles of tests, of those that run', () => {
    const source = "it('a', f);\n{ test('it\\'s b', async () => 1); }\ntest.each(all)('%s d', f);\nit.each([\n  ['x'],\n])(`e ${f}`, g);\nit.skip('not', f);\nxit('not', f);\nsplit('not');\nit.concurrent('g', h);";
    expect(testsOf(source)).toEqual(['a', "it's b", '%s d', 'e ${f}', 'g']);
  });

  it('demands that share a name go by their place in the suite', () => {
    const entries = [{ testname: 'A', codename: '[sig-x] A does [Serial] b [Conformance]' }, { testname: 'A', codename: '[sig-x] A does c' }, { testname: 'D', codename: '[sig-y] d' }];
    expect([...demandsOf(entries)]).toEqual([['A does b', 'sig-x'], ['A does c', 'sig-x'], ['D', 'sig-y']]);
  });
});

it('every line points to a test that there is', () => {
  const titles = new Map<string, string[]>();
  const titlesOf = (file: string): string[] => {
    const place = path.join(root, file);
    const known = titles.get(file) ?? (existsSync(place) ? testsOf(readFileSync(place, 'utf8')) : []);
    titles.set(file, known);
    return known;
  };
  expect(pages.flatMap(({ lines }) => lines.filter(({ file, test }) => !titlesOf(file).includes(test)))).toEqual([]);
});

it('every line and every exception is about a demand of its SIG, once', () => {
  if (!demands) return missing();
  expect(named.filter(({ sig, demand }) => demands.get(demand) !== sig)).toEqual([]);
  expect(named.filter(({ demand }, index) => named.findIndex((other) => other.demand === demand) !== index)).toEqual([]);
});

it('every SIG has a page, and no page that is complete forgets a demand', () => {
  if (!demands) return missing();
  expect(pages.map(({ sig }) => sig)).toEqual([...new Set(demands.values())].sort());
  for (const page of pages) {
    const all = [...demands.values()].filter((sig) => sig === page.sig).length;
    process.stderr.write(`conformance: ${page.sig}: ${page.lines.length} of ${all} demands are listed with a test, ${page.exceptions.length} as not shown\n`);
  }
  expect(pages.filter(({ text }) => !isIncomplete(text)).flatMap(forgotten)).toEqual([]);
  expect(pages.filter((page) => isIncomplete(page.text) && forgotten(page).length === 0).map(({ sig }) => `${sig} is complete: say so`)).toEqual([]);
});

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { coverageOf, testsOf } from './covered';

const root = path.resolve(__dirname, '../../../..');
const reference = path.join(root, '../shared/reference/kubernetes-1.36/conformance.yaml');
const lines = coverageOf(readFileSync(path.join(root, 'docs/conformance.md'), 'utf8'));

it('reads lines of the table, and nothing else', () => {
  expect(coverageOf('# A\n| demand | file | test |\n| --- | --- | --- |\n| A, b | `a/b.ts` | `does b` |\n')).toEqual([{ demand: 'A, b', file: 'a/b.ts', test: 'does b' }]);
});

it('reads titles of tests', () => {
  expect(testsOf("  it('a', () => 1);\ntest('it\\'s b', () => 1);\nfit('c');\ntest.each(all)('%s d', f);")).toEqual(['a', "it's b", '%s d']);
});

it('every line points to a test that there is', () => {
  expect(lines.length).toBeGreaterThan(0);
  const missing = lines.filter(({ file, test }) => {
    const place = path.join(root, file);
    return !existsSync(place) || !testsOf(readFileSync(place, 'utf8')).includes(test);
  });
  expect(missing).toEqual([]);
});

it('every line is about a demand that there is, once', () => {
  if (!existsSync(reference)) {
    process.stderr.write(`${reference} is missing: not compared\n`);
    return;
  }
  const demands = parse(readFileSync(reference, 'utf8')) as { testname: string }[];
  const known = new Set(demands.map(({ testname }) => testname));
  const listed = lines.map(({ demand }) => demand);
  expect(listed.filter((demand) => !known.has(demand))).toEqual([]);
  expect(listed.filter((demand, index) => listed.indexOf(demand) !== index)).toEqual([]);
  process.stderr.write(`conformance: ${listed.length} of ${known.size} names of demands are listed with a test\n`);
});

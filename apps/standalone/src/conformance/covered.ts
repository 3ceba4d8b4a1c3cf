import ts from 'typescript';

/** A line of a page of docs/conformance: what upstream demands, and the test of ours that shows it. */
export interface Coverage {
  /** Upstream's name of the demand (see {@link demandsOf}). */
  readonly demand: string;
  /** From the root of the repository. */
  readonly file: string;
  /** A test's title, as it stands in the file. */
  readonly test: string;
}

/** An entry of upstream's conformance.yaml; the name is the title in the suite, with the SIG and the tags in square brackets. */
export interface Demand {
  readonly testname: string;
  readonly codename: string;
}

/** The lines of the page's table; three columns, the file and the title in backquotes. */
export function coverageOf(page: string): Coverage[] {
  return [...page.matchAll(/^\| (.+?) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, demand = '', file = '', test = '']) => ({ demand, file, test }));
}

/** The lines of the page's table of exceptions: two columns, the demand and the reason in words. */
export function exceptionsOf(page: string): string[] {
  return [...page.matchAll(/^\| ([^|]+?) \| [^|`]+ \|$/gm)].map(([, demand = '']) => demand).filter((demand) => demand !== 'not shown' && demand !== '---');
}

/** Whether the page says that its list is not complete yet. */
export const isIncomplete = (page: string): boolean => /^Not complete yet\.$/m.test(page);

/**
 * The demands by name, each with its SIG. The name is upstream's `testname`; where several demands have the same one,
 * their `codename` without what stands in square brackets.
 */
export function demandsOf(entries: readonly Demand[]): Map<string, string> {
  const seen = new Set<string>();
  const twice = new Set(entries.filter(({ testname }) => seen.size === seen.add(testname).size).map(({ testname }) => testname));
  return new Map(entries.map(({ testname, codename }) => [twice.has(testname) ? withoutTags(codename) : testname, /^\[([\w-]+)\]/.exec(codename)?.[1] ?? '']));
}

const withoutTags = (codename: string): string => codename.replaceAll(/\s*\[[^\]]*\]\s*/g, ' ').trim();

/** The titles that a spec's source gives its tests, those of tables as patterns; tests that are skipped have none. */
export function testsOf(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.arguments[0] && isTest(node.expression)) titles.push(...textOf(node.arguments[0]));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('spec.ts', source, ts.ScriptTarget.Latest));
  return titles;
}

/** `it`, `test`, side by side with others (`concurrent`), and `each` of them with its table. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return ['it', 'test', 'fit'].includes(callee.text);
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text === 'concurrent' && isTest(callee.expression);
  if (ts.isCallExpression(callee)) return ts.isPropertyAccessExpression(callee.expression) && callee.expression.name.text === 'each' && isTest(callee.expression.expression);
  return ts.isTaggedTemplateExpression(callee) && ts.isPropertyAccessExpression(callee.tag) && callee.tag.name.text === 'each' && isTest(callee.tag.expression);
}

/** A title with holes is written as it stands: `${name} works`. */
function textOf(title: ts.Expression): string[] {
  if (ts.isStringLiteralLike(title)) return [title.text];
  if (!ts.isTemplateExpression(title)) return [];
  return [title.head.text + title.templateSpans.map(({ expression, literal }) => `\${${ts.isIdentifier(expression) ? expression.text : ''}}${literal.text}`).join('')];
}

/** A line of docs/conformance.md: what upstream demands, and the test of ours that shows it. */
export interface Coverage {
  /** Upstream's name of the demand. */
  readonly demand: string;
  /** From the root of the repository. */
  readonly file: string;
  /** A test's title, as it stands in the file. */
  readonly test: string;
}

/** The lines of the page's table; three columns, the file and the title in backquotes. */
export function coverageOf(page: string): Coverage[] {
  return [...page.matchAll(/^\| (.+?) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(([, demand = '', file = '', test = '']) => ({ demand, file, test }));
}

/** The titles that a spec's source gives its tests; of those with a named table, the pattern. */
export function testsOf(source: string): string[] {
  return [...source.matchAll(/^\s*(?:it|test)(?:\.each\([\w$]+\))?\(\s*'((?:[^'\\]|\\.)+)'/gm)].map(([, title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}

/** POSIX classes that RE2 knows and JavaScript does not. */
const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** What an expression is made of, as far as it matters here: escapes, classes, and words that RE2 does not know. */
const tokens = /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?<?[=!]/g;

/** RE2 matches in linear time, so it looks neither ahead nor back (github.com/google/re2/wiki/Syntax). */
function refuseBacktracking(pattern: string): void {
  for (const [token] of pattern.matchAll(tokens)) {
    if (token.startsWith('(?')) throw new SyntaxError(`error parsing regexp: invalid or unsupported Perl syntax: \`${token}\``);
    if (/^\\[1-9]$/.test(token)) throw new SyntaxError(`error parsing regexp: invalid escape sequence: \`${token}\``);
  }
}

/**
 * A pattern of a schema as JavaScript writes it. Schemas are written for RE2 (github.com/google/re2/wiki/Syntax), which
 * has some words of its own: flags in front, ends of text, named groups, POSIX classes.
 *
 * @throws SyntaxError
 */
export function compilePattern(pattern: string): RegExp {
  refuseBacktracking(pattern);
  const head = /^\(\?([ims]+)\)/.exec(pattern);
  const source = pattern
    .slice(head?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\\(?:\\|A|z)/g, (word) => ({ '\\A': '^', '\\z': '$' })[word] ?? word)
    .replace(/\\\\|\\([pP])([A-Z])/g, (word, kind: string | undefined, name: string) => (kind ? `\\${kind}{${name}}` : word))
    .replace(/\\\\|\\x(\{[\dA-Fa-f]+\})/g, (word, code: string | undefined) => (code ? `\\u${code}` : word))
    .replace(/\[:(\w+):\]/g, (word, name: string) => (Object.hasOwn(posix, name) ? (posix[name] ?? word) : word));
  const flags = head?.[1] ?? '';
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Characters may be escaped that need not be, as in `\-`: only the older mode lets that pass.
    return new RegExp(source, flags);
  }
}

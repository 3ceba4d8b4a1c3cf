/**
 * `Object.spec{replicas: 3}` and `JSONPatch{op: "test"}`: the form in which mutations make objects (KEP-3962). The kept
 * library reads no message literals, so the text is brought into a form that it reads: `__make("Object.spec",
 * {"replicas": 3})`, of which `objects.ts` makes the object. Places in errors are those of the author's text.
 */

/** The function that stands for an initializer; no name that an expression may have by itself. */
export const makeFunction = '__make';

export interface Rewritten {
  readonly text: string;
  /** Names of the types that are made. */
  readonly types: ReadonlySet<string>;
  /** Where a place of `text` stands in the author's. */
  originOf(place: number): number;
}

interface Token {
  readonly kind: 'close' | 'comma' | 'name' | 'open' | 'other';
  readonly text: string;
  readonly start: number;
}

const string = String.raw`(?:[rR][bB]?|[bB][rR]?)?(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')`;
const tokenPattern = new RegExp(String.raw`(?<space>\s+|//[^\n]*)|(?<string>${string})|(?<name>[A-Za-z_]\w*|${'`[^`\\n]*`'})|(?<number>\d[\w.]*)|(?<sign>[^])`, 'y');

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(source); match; match = tokenPattern.exec(source)) {
    const { space, name, sign = '' } = match.groups ?? {};
    if (space !== undefined) continue;
    const kind = name !== undefined ? 'name' : '{[('.includes(sign) && sign ? 'open' : '}])'.includes(sign) && sign ? 'close' : sign === ',' ? 'comma' : 'other';
    tokens.push({ kind, text: match[0], start: match.index });
  }
  return tokens;
}

/** The names before a brace, `Object.spec`; undefined when the brace begins a map. */
function typeBefore(tokens: readonly Token[], brace: number): { name: string; start: number } | undefined {
  let at = brace - 1;
  if (tokens[at]?.kind !== 'name' || tokens[at]?.text === 'in') return undefined;
  while (tokens[at - 1]?.text === '.' && tokens[at - 2]?.kind === 'name') at -= 2;
  const parts = tokens.slice(at, brace);
  return { name: parts.map(({ text }) => text).join(''), start: tokens[at]?.start ?? 0 };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What must change in the text, in its order. */
function editsOf(tokens: readonly Token[], types: Set<string>): Edit[] {
  const edits: Edit[] = [];
  const isInitializer: boolean[] = [];
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    if (token.kind === 'open') {
      const type = token.text === '{' ? typeBefore(tokens, i) : undefined;
      isInitializer.push(type !== undefined);
      if (!type) return;
      types.add(type.name);
      edits.push({ start: type.start, end: token.start, text: `${makeFunction}(${JSON.stringify(type.name)}, ` });
    } else if (token.kind === 'close') {
      if (isInitializer.pop()) edits.push({ start: token.start + 1, end: token.start + 1, text: ')' });
    } else if (isInitializer.at(-1) && (before?.text === '{' || before?.kind === 'comma')) {
      // A name, or a question mark and a name: the optional fields of CEL.
      const field = token.text === '?' ? tokens[i + 1] : token;
      if (field?.kind !== 'name' || tokens[token.text === '?' ? i + 2 : i + 1]?.text !== ':') return;
      const optional = token.text === '?' ? '?' : '';
      edits.push({ start: token.start, end: field.start + field.text.length, text: JSON.stringify(optional + field.text.replaceAll('`', '')) });
    }
  });
  return edits;
}

export function rewriteInitializers(source: string): Rewritten {
  const types = new Set<string>();
  const edits = source.includes('{') ? editsOf(tokensOf(source), types) : [];
  let [text, done] = ['', 0];
  /** Where pieces of the text begin, and where in the source; those that were written here stand for their beginning. */
  const pieces: { at: number; origin: number; isCopy: boolean }[] = [];
  for (const { start, end, text: replacement } of edits) {
    pieces.push({ at: text.length, origin: done, isCopy: true });
    text += source.slice(done, start);
    pieces.push({ at: text.length, origin: start, isCopy: false });
    text += replacement;
    done = end;
  }
  pieces.push({ at: text.length, origin: done, isCopy: true });
  text += source.slice(done);
  return {
    text,
    types,
    originOf: (place) => {
      const piece = pieces.findLast(({ at }) => at <= place);
      return piece ? piece.origin + (piece.isCopy ? place - piece.at : 0) : place;
    },
  };
}

import { fieldError, formatFieldError } from './field-error';
import type { LabelOperator, LabelRequirement, LabelSelector } from './label-selector';
import { everyLabelSelector, labelSelectorOf, LabelSelectorError, validateRequirement } from './label-selector';
import { validateQualifiedName } from './names';

type TokenKind = 'close' | 'comma' | 'end' | 'error' | 'identifier' | 'open' | 'operator';

interface Token {
  kind: TokenKind;
  text: string;
}

const symbols = '=!(),<>';
const tokenPattern = /[\s]*([=!(),<>]+|[^\s=!(),<>]+)/y;
const symbolKinds: Readonly<Record<string, TokenKind>> = {
  '(': 'open',
  ')': 'close',
  ',': 'comma',
  '!': 'operator',
  '=': 'operator',
  '==': 'operator',
  '!=': 'operator',
  '>': 'operator',
  '<': 'operator',
};
/** All operators that stand between a key and values, as messages list them. */
const binaryOperators = 'in, notin, =, ==, !=, gt, lt';

/** Of a run of symbols the longest token at its start. */
function symbolToken(run: string): Token {
  const text = symbolKinds[run.slice(0, 2)] ? run.slice(0, 2) : run.slice(0, 1);
  return { kind: symbolKinds[text] ?? 'error', text };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    tokenPattern.lastIndex = position;
    const match = tokenPattern.exec(text);
    const run = match?.[1];
    if (!match || run === undefined) break;
    const token: Token = symbols.includes(run.charAt(0)) ? symbolToken(run) : { kind: 'identifier', text: run };
    tokens.push(token);
    position = tokenPattern.lastIndex - (run.length - token.text.length);
  }
  return tokens;
}

const end: Token = { kind: 'end', text: '' };

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** @throws LabelSelectorError */
  requirements(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.peek().kind === 'end') return requirements;
    for (;;) {
      if (!this.atRequirement()) throw new LabelSelectorError(`found '${this.peek().text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirement());
      const next = this.take();
      if (next.kind === 'end') return requirements;
      if (next.kind !== 'comma') throw new LabelSelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      if (!this.atRequirement()) throw new LabelSelectorError(`found '${this.peek().text}', expected: identifier after ','`);
    }
  }

  private requirement(): LabelRequirement {
    try {
      const requirement = this.parseRequirement();
      const errors = validateRequirement(requirement);
      if (errors.length) throw new LabelSelectorError(errors.map(formatFieldError).join('; '));
      return requirement;
    } catch (error) {
      throw new LabelSelectorError(`unable to parse requirement: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private parseRequirement(): LabelRequirement {
    const isNegated = this.peek().text === '!';
    if (isNegated) this.take();
    const { kind, text: key } = this.take();
    if (kind !== 'identifier') throw new LabelSelectorError(`found '${key}', expected: identifier`);
    const keyErrors = validateQualifiedName(key);
    // The path is empty here; upstream prints that so.
    if (keyErrors.length) throw new LabelSelectorError(formatFieldError(fieldError.invalid('<nil>', key, keyErrors.join('; '))));
    if (isNegated) return { key, operator: '!', values: [] };
    if (this.peek().kind === 'end' || this.peek().kind === 'comma') return { key, operator: 'exists', values: [] };
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.valueList() : [this.exactValue()];
    return { key, operator, values };
  }

  private operator(): LabelOperator {
    const { text } = this.take();
    switch (text) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return text;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw new LabelSelectorError(`found '${text}', expected: ${binaryOperators}`);
    }
  }

  private exactValue(): string {
    const { kind } = this.peek();
    if (kind === 'end' || kind === 'comma') return '';
    const token = this.take();
    if (token.kind !== 'identifier') throw new LabelSelectorError(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** `(a,b)`; nothing between commas is the empty value. */
  private valueList(): string[] {
    const open = this.take();
    if (open.kind !== 'open') throw new LabelSelectorError(`found '${open.text}' expected: '('`);
    if (this.peek().kind === 'close') {
      this.take();
      return [];
    }
    const values = new Set<string>();
    for (;;) {
      const { kind, text } = this.peek();
      if (kind === 'identifier') values.add(this.take().text);
      else if (kind === 'comma' || kind === 'close') values.add('');
      else throw new LabelSelectorError(`found '${text}', expected: ',', ')' or identifier`);
      const next = this.take();
      if (next.kind === 'close') return [...values].sort();
      if (next.kind !== 'comma') throw new LabelSelectorError(`found '${next.text}', expected: ',' or ')'`);
    }
  }

  private atRequirement(): boolean {
    const { kind, text } = this.peek();
    return kind === 'identifier' || text === '!';
  }

  private peek(): Token {
    return this.tokens[this.position] ?? end;
  }

  private take(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }
}

/** A `labelSelector` parameter: `a=b,c in (d,e),!f`. Empty matches everything. @throws LabelSelectorError with upstream's text */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return everyLabelSelector;
  return labelSelectorOf(new Parser(tokenize(text)).requirements());
}

import { LineCounter, parseDocument } from 'yaml';

/** What a YAML text says, and where it says something twice (the second counts). */
export interface ParsedYaml {
  readonly value: unknown;
  /** One text about all of them, as Go's YAML library puts it; absent: none. */
  readonly duplicates?: string;
}

/** @throws Error for what is no YAML, with one line that says why */
export function parseYamlStrict(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.1', merge: true });
  const failure = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (failure) throw new Error(failure.message.split('\n')[0]);
  const value: unknown = document.toJS();
  if (document.errors.length === 0) return { value };
  const found = document.errors.map(({ pos }) => `  line ${lines.linePos(pos[0]).line}: key ${JSON.stringify(keyAt(text, pos[0]))} already set in map`);
  return { value, duplicates: `yaml: unmarshal errors:\n${found.join('\n')}` };
}

const keyAt = (text: string, position: number): string => /^["']?([^"':\s]+)/.exec(text.slice(position))?.[1] ?? '';

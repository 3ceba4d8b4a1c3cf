import type { Environment } from '@marcbachmann/cel-js';
import { compilePattern } from '@typernetes/structural';

const characters = (text: string): string[] => [...text];

function charAt(text: string, at: bigint): string {
  const all = characters(text);
  if (at < 0n || at > BigInt(all.length)) throw new Error(`index out of range: ${at}`);
  return all[Number(at)] ?? '';
}

/** -1: all of them. */
function replace(text: string, [from, to]: [string, string], times: bigint): string {
  if (times < 0n) return text.replaceAll(from, () => to);
  let [done, rest] = ['', text];
  for (let count = 0n; count < times; count++) {
    const at = rest.indexOf(from);
    if (at < 0) break;
    done += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
  }
  return done + rest;
}

const findAll = (text: string, pattern: string, limit = -1n): string[] => {
  const { source, flags } = compilePattern(pattern);
  const all = [...text.matchAll(new RegExp(source, `${flags}g`))].map(([match]) => match);
  return limit < 0n ? all : all.slice(0, Number(limit));
};

/** What CEL's own strings extension has beyond the basics, and Kubernetes' regex library. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', charAt)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) => replace(text, [from, to], -1n))
    .registerFunction({ name: 'replace', receiverType: 'string', returnType: 'string', params: [{ name: 'from', type: 'string' }, { name: 'to', type: 'string' }, { name: 'times', type: 'int' }], handler: (text: string, from: string, to: string, times: bigint) => replace(text, [from, to], times) })
    .registerFunction('string.reverse(): string', (text: string) => characters(text).reverse().join(''))
    .registerFunction('strings_quote(string): string', (text: string) => JSON.stringify(text))
    .registerFunction('string.find(string): string', (text: string, pattern: string) => compilePattern(pattern).exec(text)?.[0] ?? '')
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern))
    .registerFunction('string.findAll(string, int): list<string>', findAll);
}

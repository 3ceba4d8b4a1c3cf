import { parse } from 'yaml';

/** What a command in a simulated container prints, and how it ends. */
export interface ExecAnswer {
  /** The words that the command line begins with. */
  readonly command: readonly string[];
  readonly output: string;
  readonly exitCode: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a list of `{command, output, exit-code}`, as YAML or JSON. @throws Error that says which entry is wrong */
export function parseExecAnswers(text: string): ExecAnswer[] {
  const value: unknown = parse(text);
  if (!Array.isArray(value)) throw new Error('not a list of answers');
  return value.map((entry: unknown, index) => {
    try {
      return answerFrom(entry);
    } catch (error) {
      throw new Error(`[${index}]${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

function answerFrom(entry: unknown): ExecAnswer {
  if (!isRecord(entry)) throw new Error(': not an answer');
  const { command, output = '', 'exit-code': exitCode = 0, ...unknown } = entry;
  const [strange] = Object.keys(unknown);
  if (strange !== undefined) throw new Error(`.${strange}: unknown field`);
  const words = typeof command === 'string' ? command.trim().split(/\s+/) : command;
  if (!Array.isArray(words) || !words.every((word): word is string => typeof word === 'string' && word !== '')) throw new Error('.command: neither a command line nor its words');
  if (typeof output !== 'string') throw new Error('.output: not a text');
  if (typeof exitCode !== 'number' || !Number.isInteger(exitCode) || exitCode < 0 || exitCode > 255) throw new Error(`.exit-code: ${JSON.stringify(exitCode)} is no exit code`);
  return { command: words, output, exitCode };
}

interface Answering {
  readonly exec: readonly ExecAnswer[];
  readonly execOutput: string;
  readonly execExitCode: number;
}

/** The answer to one command line: the first whose words it begins with, else the one for any command. */
export function answerTo({ exec, execOutput, execExitCode }: Answering, words: readonly string[]): { output: string; exitCode: number } {
  const found = exec.find(({ command }) => command.every((word, index) => words[index] === word));
  return found ?? { output: execOutput, exitCode: execExitCode };
}

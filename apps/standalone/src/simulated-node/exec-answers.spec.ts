import { answerTo, parseExecAnswers } from './exec-answers';

const any = { execOutput: 'any', execExitCode: 9 };

describe('answerTo', () => {
  const exec = parseExecAnswers('[{ command: cat /etc/passwd, output: root }, { command: [sh, -c], output: shell, exit-code: 2 }, { command: cat, exit-code: 1 }]');

  it.each([
    [['cat', '/etc/passwd'], { output: 'root', exitCode: 0 }],
    [['cat', '/etc/shadow'], { output: '', exitCode: 1 }],
    [['sh', '-c', 'exit 0'], { output: 'shell', exitCode: 2 }],
    [['sh'], { output: 'any', exitCode: 9 }],
    [[], { output: 'any', exitCode: 9 }],
  ])('%j', (words, expected) => {
    expect(answerTo({ exec, ...any }, words)).toMatchObject(expected);
  });
});

it.each([
  ['a: b', 'not a list of answers'],
  ['[a]', '[0]: not an answer'],
  ['[{ command: a }, { output: b }]', '[1].command: neither a command line nor its words'],
  ['[{ command: [] , output: 1 }]', '[0].output: not a text'],
  ['[{ command: a, exit-code: 256 }]', '[0].exit-code: 256 is no exit code'],
  ['[{ command: a, exitCode: 1 }]', '[0].exitCode: unknown field'],
])('names what is wrong in %s', (text, message) => {
  expect(() => parseExecAnswers(text)).toThrow(message);
});

import { parseExecOptions } from './exec';
import { parseSize } from './web-socket-door';

const parse = (query: string, kind: 'exec' | 'attach' = 'exec'): ReturnType<typeof parseExecOptions> => parseExecOptions(new URLSearchParams(query), kind);

describe('parseExecOptions', () => {
  it('keeps the order of the command', () => {
    expect(parse('command=ls&command=-l&command=&stdout=true&container=main')).toEqual({
      container: 'main', command: ['ls', '-l', ''], stdin: false, stdout: true, stderr: false, tty: false,
    });
  });

  it('needs no command to attach', () => {
    expect(parse('stdin=1&stdout=1', 'attach')).toMatchObject({ command: [], stdin: true, stdout: true });
  });

  it('has no standard error beside a terminal', () => {
    expect(parse('command=sh&stdout=1&stderr=1&tty=1')).toMatchObject({ stdout: true, stderr: false, tty: true });
  });

  it.each([
    ['stdout=true', 'exec', 'you must specify at least 1 command for the container'],
    ['command=ls', 'exec', 'you must specify at least 1 of stdin, stdout, stderr'],
    ['', 'attach', 'you must specify at least 1 of stdin, stdout, stderr'],
  ] as const)('refuses %j for %s', (query, kind, message) => {
    expect(() => parse(query, kind)).toThrow(expect.objectContaining({ code: 400, message }));
  });
});

describe('parseSize', () => {
  it.each([
    ['{"Width":80,"Height":24}', { width: 80, height: 24 }],
    ['{"Width":80}', undefined],
    ['{"Width":"80","Height":24}', undefined],
    ['null', undefined],
    ['not JSON', undefined],
  ])('%s', (text, expected) => {
    expect(parseSize(Buffer.from(text))).toEqual(expected);
  });
});

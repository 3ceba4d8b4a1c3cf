import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { answerPieceBytes } from '../limits';
import { piecesOf, sendBody } from './send';

const buffers = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

it.each([
  [[], []],
  [['a'], ['a']],
  [['a', 'b', 'c'], ['abc']],
  [['abc', 'd', 'efgh', 'i'], ['abcdefgh', 'i']],
  [['abcdefgh', 'i'], ['abcdefgh', 'i']],
])('%j in pieces of five bytes', (texts, expected) => {
  expect([...piecesOf(buffers(...texts), 5)].map(String)).toEqual(expected);
});

/** A client that takes one write after the other, when told. */
class Client extends Writable {
  readonly taken: string[] = [];
  next: () => void = () => {};

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken.push(chunk.toString('latin1', 0, 1));
    this.next = done;
  }
}

const big = ['a', 'b', 'c'].map((letter) => Buffer.alloc(answerPieceBytes, letter));

it('sends a body no faster than the client takes it', async () => {
  const client = new Client();
  const sent = sendBody(client, big);
  for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    await turn();
    expect(client.taken).toEqual(expected);
    client.next();
  }
  await sent;
  expect(client.writableEnded).toBe(true);
});

it('stops when the client goes away', async () => {
  const client = new Client();
  const sent = sendBody(client, big);
  client.destroy();
  await sent;
  expect([client.taken, client.writableEnded]).toEqual([['a'], false]);
});

it('ends an answer without a body', async () => {
  const client = new Client();
  await sendBody(client, []);
  expect(client.writableEnded).toBe(true);
});

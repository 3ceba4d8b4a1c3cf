import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { answerPieceBytes } from '../limits';
import { piecesOf, sendBody } from './send';
import { Slabs } from './slabs';

const buffers = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

it.each([
  [[], []],
  [['a'], ['a']],
  [['a', 'b', 'c'], ['abc']],
  [['abc', 'd', 'efgh', 'i'], ['abcde', 'fghi']],
  [['abcdefgh', 'i'], ['abcdefgh', 'i']],
  [['i', 'abcdefghijklm'], ['iabcd', 'efghi', 'jklm']],
])('%j in pieces of five bytes', (texts, expected) => {
  expect([...piecesOf(buffers(...texts), new Slabs(5, 1))].map(({ bytes }) => bytes.toString())).toEqual(expected);
});

it('uses the memory of a piece again when it is sent, and not before', () => {
  const slabs = new Slabs(5, 1);
  const piecesFrom = (text: string): Buffer[] => [...piecesOf(buffers(...text), slabs)].map(({ bytes }) => bytes);
  const [first] = piecesFrom('abcde');
  const [second] = piecesFrom('fghij');
  expect([first, second].map(String)).toEqual(['abcde', 'fghij']);
  if (first) slabs.give(first);
  const [third] = piecesFrom('klm');
  expect([third?.buffer === first?.buffer, String(third), String(second)]).toEqual([true, 'klm', 'fghij']);
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

it('sends each of several answers its own bytes, however their pieces follow each other', async () => {
  const received = async (letter: string): Promise<string> => {
    const texts: string[] = [];
    // Takes bytes late, as an encrypting socket may.
    const client = new Writable({ highWaterMark: 1, write: (chunk: Buffer, _encoding, done) => void turn().then(turn).then(() => (texts.push(chunk.toString()), done())) });
    await sendBody(client, Array.from({ length: 5 }, () => Buffer.alloc(answerPieceBytes / 2, letter)));
    await new Promise((resolve) => client.on('finish', resolve));
    return texts.join('');
  };
  for (let round = 0; round < 3; round++) {
    const letters = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(letters.map(received));
    answers.forEach((answer, i) => expect(answer).toBe((letters[i] ?? '').repeat((answerPieceBytes / 2) * 5)));
  }
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

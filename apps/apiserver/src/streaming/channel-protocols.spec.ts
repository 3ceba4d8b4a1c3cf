import type { Status } from '@typernetes/machinery';
import { decodeFrame, encodeFrame, execProtocols, lastWord } from './channel-protocols';

const named = (name: string): (typeof execProtocols)[number] => {
  const found = execProtocols.find((each) => each.name === name);
  if (!found) throw new Error(name);
  return found;
};
const success: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 200 };
const failed: Status = { ...success, status: 'Failure', message: 'exit status 3', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] }, code: 500 };

describe('frames', () => {
  it.each([
    ['v5.channel.k8s.io', 1, 'hi', Buffer.from('\u0001hi')],
    ['v4.channel.k8s.io', 0, '', Buffer.from('\u0000')],
    ['channel.k8s.io', 3, 'x', Buffer.from('\u0003x')],
    ['', 2, 'x', Buffer.from('\u0002x')],
    ['base64.channel.k8s.io', 1, 'hi', '1aGk='],
    ['v4.base64.channel.k8s.io', 4, '', '4'],
  ])('of %j', (name, channel, text, frame) => {
    expect(encodeFrame(named(name), channel, Buffer.from(text))).toEqual(frame);
    expect(decodeFrame(named(name), Buffer.from(frame))).toEqual({ channel, data: Buffer.from(text) });
  });

  it('keeps every byte', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const each of execProtocols) {
      expect(decodeFrame(each, Buffer.from(encodeFrame(each, 1, bytes)))).toEqual({ channel: 1, data: bytes });
    }
  });

  it('knows the close channel of version 5', () => {
    expect(decodeFrame(named('v5.channel.k8s.io'), Buffer.from([255, 0]))).toEqual({ channel: 255, data: Buffer.from([0]) });
  });

  it('has nothing to say about an empty message', () => {
    expect(decodeFrame(named(''), Buffer.alloc(0))).toBeUndefined();
  });
});

describe('lastWord', () => {
  it('is a Status from version 4 on', () => {
    expect(JSON.parse(String(lastWord(named('v4.channel.k8s.io'), success)))).toEqual(success);
    expect(JSON.parse(String(lastWord(named('v5.channel.k8s.io'), failed)))).toEqual(failed);
  });

  it('is a text before, and nothing at success', () => {
    expect(lastWord(named('channel.k8s.io'), success)).toBeUndefined();
    expect(String(lastWord(named(''), failed))).toBe('exit status 3');
  });
});

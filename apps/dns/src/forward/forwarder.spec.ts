import { SimulatedClock } from '@typernetes/machinery';
import type { Reply } from '../server/message';
import { CachingForwarder } from './forwarder';
import { parseUpstream } from './upstream';

const reply = (rcode: Reply['rcode'], ttl = 20): Reply => ({
  rcode,
  authoritative: false,
  answers: rcode === 'NOERROR' ? [{ type: 'A', name: 'example.com', ttl, data: '192.0.2.1' }] : [],
  authorities: [],
  additionals: [],
});

describe('CachingForwarder', () => {
  test('the next server is asked when one is silent or refuses', async () => {
    const asked: string[] = [];
    const forwarder = new CachingForwarder(
      [
        () => (asked.push('silent'), Promise.reject(new Error('timeout'))),
        () => (asked.push('refuses'), Promise.resolve(reply('REFUSED'))),
        () => (asked.push('answers'), Promise.resolve(reply('NOERROR'))),
      ],
      new SimulatedClock(),
    );
    expect((await forwarder.forward('example.com', 'A')).rcode).toBe('NOERROR');
    expect(asked).toEqual(['silent', 'refuses', 'answers']);
  });

  test('when none answers, the client hears SERVFAIL and nothing is kept', async () => {
    let asked = 0;
    const forwarder = new CachingForwarder([() => (asked++, Promise.reject(new Error('timeout')))], new SimulatedClock());
    expect((await forwarder.forward('example.com', 'A')).rcode).toBe('SERVFAIL');
    await forwarder.forward('example.com', 'A');
    expect(asked).toBe(2);
  });

  test('an answer is kept for its time to live', async () => {
    const clock = new SimulatedClock();
    let asked = 0;
    const forwarder = new CachingForwarder([() => (asked++, Promise.resolve(reply('NOERROR', 20)))], clock);
    await forwarder.forward('example.com', 'A');
    await clock.advance(19_000);
    await forwarder.forward('example.com', 'A');
    expect(asked).toBe(1);
    await clock.advance(2_000);
    await forwarder.forward('example.com', 'A');
    expect(asked).toBe(2);
  });

  test('many clients with one question ask once', async () => {
    let asked = 0;
    const forwarder = new CachingForwarder([() => (asked++, Promise.resolve(reply('NOERROR')))], new SimulatedClock());
    await Promise.all([forwarder.forward('example.com', 'A'), forwarder.forward('example.com', 'A')]);
    expect(asked).toBe(1);
  });
});

test.each([
  ['192.0.2.1', { address: '192.0.2.1', port: 53 }],
  ['192.0.2.1:5353', { address: '192.0.2.1', port: 5353 }],
  ['::1', { address: '::1', port: 53 }],
  ['[::1]:5353', { address: '::1', port: 5353 }],
])('parseUpstream(%s)', (text, expected) => expect(parseUpstream(text)).toEqual(expected));

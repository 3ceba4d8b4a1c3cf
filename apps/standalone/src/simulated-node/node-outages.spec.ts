import type { ApiAnswer, Intercepted } from '@typernetes/app-apiserver';
import { NodeOutages } from './node-outages';

const asked = (user: string): Intercepted => ({ user: { name: user } }) as Intercepted;
const answer = { result: { type: 'object' } } as unknown as ApiAnswer;

function watch(): { isOpen: boolean; end(): void } {
  const watcher = { isOpen: true, end: () => void (watcher.isOpen = false) };
  return watcher;
}
const watchAnswer = (watcher: object): ApiAnswer => ({ result: { type: 'watch', watcher } }) as unknown as ApiAnswer;

describe('NodeOutages', () => {
  let outages: NodeOutages;
  beforeEach(() => {
    outages = new NodeOutages();
  });

  const ask = (user: string, proceed: () => Promise<ApiAnswer> = () => Promise.resolve(answer)): Promise<ApiAnswer> => outages.intercept(asked(user), proceed);

  it("refuses a failed node's requests, nobody else's", async () => {
    const heal = outages.fail('a');
    await expect(ask('system:node:a')).rejects.toMatchObject({ status: { reason: 'ServiceUnavailable' } });
    await expect(ask('system:node:b')).resolves.toBe(answer);
    await expect(ask('kubernetes-admin')).resolves.toBe(answer);
    heal();
    await expect(ask('system:node:a')).resolves.toBe(answer);
  });

  it('brings a node back when the last cause is gone', () => {
    const heals = [outages.fail('a'), outages.fail('a')];
    heals[0]?.();
    heals[0]?.();
    expect(outages.isOut('a')).toBe(true);
    heals[1]?.();
    expect(outages.isOut('a')).toBe(false);
  });

  it('is not healed by causes of an earlier failure', () => {
    const first = outages.fail('a');
    first();
    outages.fail('a');
    first();
    expect(outages.isOut('a')).toBe(true);
  });

  it('ends the watches of a failed node', async () => {
    const [ofA, ofB] = [watch(), watch()];
    await ask('system:node:a', () => Promise.resolve(watchAnswer(ofA)));
    await ask('system:node:b', () => Promise.resolve(watchAnswer(ofB)));
    outages.fail('a');
    expect([ofA.isOpen, ofB.isOpen]).toEqual([false, true]);
  });

  it('answers nothing that was asked before the failure', async () => {
    const watcher = watch();
    const answered = ask('system:node:a', async () => {
      outages.fail('a');
      return watchAnswer(watcher);
    });
    await expect(answered).rejects.toMatchObject({ status: { reason: 'ServiceUnavailable' } });
    expect(watcher.isOpen).toBe(false);
  });
});

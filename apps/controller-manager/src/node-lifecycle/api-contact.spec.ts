import { ApiContact } from './api-contact';

describe('ApiContact', () => {
  const settled = (steps: readonly (number | 'failed')[], nowMs: number): boolean => {
    const contact = new ApiContact(15, 6);
    for (const step of steps) {
      if (step === 'failed') contact.failed();
      else contact.answered(step);
    }
    return contact.isSettled(nowMs);
  };
  test.each([
    ['never heard of', [], 100, false],
    ['too short', [0, 5, 10], 14, false],
    ['long enough', [0, 5, 10, 15], 15, true],
    ['failed in between', [0, 5, 10, 'failed', 12, 15], 18, false],
    ['a gap in between', [0, 5, 20], 22, false],
    ['silent now', [0, 5, 10, 15], 22, false],
  ] as const)('%s', (_name, steps, nowMs, expected) => expect(settled(steps, nowMs)).toBe(expected));
});

import { PodCidrs } from './pod-cidrs';

describe('PodCidrs', () => {
  test('gives the first free piece, until there is none', () => {
    const ranges = new PodCidrs('10.244.0.0/23', 24);
    expect(ranges.count).toBe(2);
    expect(ranges.firstFree(new Set())).toBe('10.244.0.0/24');
    expect(ranges.firstFree(new Set(['10.244.0.0/24']))).toBe('10.244.1.0/24');
    expect(ranges.firstFree(new Set(['10.244.0.0/24', '10.244.1.0/24']))).toBeUndefined();
  });

  test('ranges of another length take the pieces that they cover', () => {
    const ranges = new PodCidrs('10.244.0.0/22', 24);
    expect(ranges.firstFree(['10.244.0.0/23'])).toBe('10.244.2.0/24');
    expect(ranges.firstFree(['10.244.0.128/26', '10.244.1.0/25', '10.0.0.0/24', '10.250.0.0/24', 'fd00::/64'])).toBe('10.244.2.0/24');
    expect(ranges.firstFree(['10.0.0.0/8'])).toBeUndefined();
  });

  test('a range that is too small is refused', () => {
    expect(() => new PodCidrs('10.244.0.0/25', 24)).toThrow('--cluster-cidr 10.244.0.0/25 is smaller');
  });
});

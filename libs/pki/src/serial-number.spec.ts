import { serialNumberOf } from './serial-number';

test.each([
  ['00000000', '40000000'],
  ['ff000000', '7f000000'],
  ['80000001', '40000001'],
  ['00007fff', '40007fff'],
  ['41ffffff', '41ffffff'],
])('%s becomes %s: positive, without leading zeros', (bytes, expected) => expect(serialNumberOf(Buffer.from(bytes, 'hex'))).toBe(expected));

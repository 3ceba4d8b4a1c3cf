import { lineOf } from './logs';

it.each([
  ['kubelet', 'kubelet | started', 'started'],
  ['kubelet', 'proxy | kubelet | started', undefined],
  ['dockerd', 'no prefix', undefined],
])('of %s: %s', (component, line, expected) => {
  expect(lineOf(component, line)).toBe(expected);
});

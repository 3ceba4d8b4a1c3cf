import { compileDeviceSelector } from './device-selector';
import { CelError } from './errors';

const device = {
  attributes: { model: { string: 'a100' }, index: { int: 3 }, healthy: { bool: true }, 'other.example.com/numa': { int: 1 }, firmware: { version: '1.2.3' } },
  capacity: { memory: { value: '40Gi' } },
};
const matches = (expression: string): boolean => compileDeviceSelector(expression).matches('gpu.example.com', device);

test.each([
  ['device.driver == "gpu.example.com"', true],
  ['device.attributes["gpu.example.com"].model == "a100"', true],
  ['device.attributes["gpu.example.com"].index > 2 && device.attributes["gpu.example.com"].healthy', true],
  ['device.attributes["other.example.com"].numa == 2', false],
  ['device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("20Gi"))', true],
  ['device.capacity["gpu.example.com"].memory.compareTo(quantity("40Gi")) == 0', true],
  // Nothing is known of the domain: no such attribute, but no failure.
  ['"model" in device.attributes["nobody.example.com"]', false],
  ['"model" in device.attributes["gpu.example.com"]', true],
  ['device.allowMultipleAllocations', false],
])('%s: %s', (expression, expected) => {
  expect(matches(expression)).toBe(expected);
});

test('what fails, and what does not compile', () => {
  expect(() => matches('device.attributes["gpu.example.com"].unknown == 1')).toThrow(CelError);
  expect(() => compileDeviceSelector('device.nothing')).toThrow("undefined field 'nothing'");
  expect(() => compileDeviceSelector('device.driver')).toThrow('must evaluate to bool');
  expect(() => compileDeviceSelector('device.')).toThrow('Syntax error');
});

import { componentsOf, countOf, grpcPortOf, portOf } from './flags';

test('what flags say', () => {
  expect(portOf('--port', '0')).toBe(0);
  expect(grpcPortOf(undefined, 6443)).toBe(6444);
  expect(grpcPortOf(undefined, 7443)).toBe(0);
  expect(grpcPortOf('7444', 7443)).toBe(7444);
  expect(countOf('1000')).toBe(1_000);
  expect(componentsOf(['scheduler,controller-manager'])).toEqual(['scheduler', 'controller-manager']);
  expect(componentsOf([])).toEqual([]);
});

test.each([
  ['--port 65536: not a port', () => portOf('--port', '65536')],
  ['--port http: not a port', () => portOf('--port', 'http')],
  ['--grpc-port -1: not a port', () => grpcPortOf('-1', 6443)],
  ['--nodes 1.5: not a number of nodes', () => countOf('1.5')],
  ['--nodes 5000: at most 4096', () => countOf('5000')],
  ['--disable dns: must be one of scheduler, controller-manager', () => componentsOf(['dns'])],
])('%s', (message, read) => expect(read).toThrow(message));

import { PodAddresses } from './pod-addresses';

it('hands out every address of the range but its ends and the gateway, then none', () => {
  const addresses = new PodAddresses('10.244.3.0/29');
  expect(Array.from({ length: 5 }, () => addresses.take())).toEqual(['10.244.3.2', '10.244.3.3', '10.244.3.4', '10.244.3.5', '10.244.3.6']);
  expect(() => addresses.take()).toThrow('no IP addresses available');
  addresses.free('10.244.3.4');
  expect(addresses.take()).toBe('10.244.3.4');
});

it('does not take a freed address again at once', () => {
  const addresses = new PodAddresses('10.244.0.0/24');
  const first = addresses.take();
  addresses.free(first);
  expect(addresses.take()).not.toBe(first);
});

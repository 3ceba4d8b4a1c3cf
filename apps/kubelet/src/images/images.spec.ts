import { imagesToRemove } from './image-gc';
import { isValidImageName } from './image-puller';
import { authsOf, registryOf } from './pull-secrets';

test.each([
  ['nginx', true], ['nginx:1.27', true], ['docker.io/library/nginx', true], ['localhost:5000/a/b:v1', true], ['a@sha256:' + '0'.repeat(64), true],
  ['Nginx', false], ['nginx:', false], ['', false], ['a b', false], ['http://x/y', false],
])('image name %s: %s', (name, expected) => expect(isValidImageName(name)).toBe(expected));

test.each([['nginx', 'index.docker.io'], ['quay.io/a/b', 'quay.io'], ['localhost/a', 'localhost'], ['a/b', 'index.docker.io']])('%s comes from %s', (image, registry) =>
  expect(registryOf(image)).toBe(registry));

test('credentials of the image alone', () => {
  const text = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { username: 'u', password: 'p' }, 'quay.io': { auth: 'xyz' } } });
  expect(authsOf(text, 'nginx').map(({ username }) => username)).toEqual(['u']);
  expect(authsOf(text, 'quay.io/a/b').map(({ auth }) => auth)).toEqual(['xyz']);
});

test('the image that was used longest ago goes first', () => {
  const unused = [{ id: 'new', bytes: 10, lastUsedMs: 9 }, { id: 'old', bytes: 10, lastUsedMs: 1 }, { id: 'mid', bytes: 10, lastUsedMs: 5 }];
  expect(imagesToRemove(unused, 15)).toEqual(['old', 'mid']);
});

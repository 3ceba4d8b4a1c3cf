import { imageUser, parseImageReference } from './image-reference';

test.each([
  ['nginx', 'nginx', 'latest'],
  ['nginx:1.25', 'nginx', '1.25'],
  ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest'],
  ['localhost:5000/a/b:c', 'localhost:5000/a/b', 'c'],
  ['a@sha256:00', 'a', 'sha256:00'],
  ['r:1/a:t@sha256:00', 'r:1/a', 'sha256:00'],
])('%s', (image, repository, tag) => expect(parseImageReference(image)).toEqual({ repository, tag }));

test.each([
  ['', {}],
  ['1000:0', { uid: 1000n }],
  ['nginx:nginx', { username: 'nginx' }],
])('user %s', (user, expected) => expect(imageUser(user)).toEqual(expected));

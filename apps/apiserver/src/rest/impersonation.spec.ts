import { impersonationOf } from './impersonation';
import type { HttpRequest } from './exchange';

/** A request as node:http gives it: names in small letters, values apart in `rawHeaders`. */
const requestWith = (...headers: [name: string, value: string][]): HttpRequest =>
  ({ headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])), rawHeaders: headers.flat() }) as unknown as HttpRequest;

it.each([
  ['scopes', 'scopes'],
  ['acme%2eio%2Fscopes', 'acme.io/scopes'],
  ['%zz', '%zz'],
])('the key %s of what is known of somebody is %s', (key, expected) => {
  const request = requestWith(['Impersonate-User', 'bob'], [`Impersonate-Extra-${key}`, 'a'], [`Impersonate-Extra-${key}`, 'b']);
  expect(impersonationOf(request)?.extra).toEqual({ [expected.toLowerCase()]: ['a', 'b'] });
});

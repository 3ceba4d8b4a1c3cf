import { dialErrorText } from './dial-error';

describe('dialErrorText', () => {
  it.each([
    ['ECONNREFUSED', 'dial tcp 10.0.0.1:80: connect: connection refused'],
    ['EHOSTUNREACH', 'dial tcp 10.0.0.1:80: connect: no route to host'],
    ['ECONNRESET', 'read tcp 10.0.0.1:80: read: connection reset by peer'],
    ['ESOMETHING', 'as Node says'],
  ])('%s', (code, expected) => {
    expect(dialErrorText(Object.assign(new Error('as Node says'), { code }), '10.0.0.1:80')).toBe(expected);
  });
});

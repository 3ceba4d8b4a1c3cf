import { parseSchemeNamePort } from './scheme-name-port';

describe('parseSchemeNamePort', () => {
  it.each([
    ['web', { scheme: '', name: 'web', port: '' }],
    ['web:80', { scheme: '', name: 'web', port: '80' }],
    ['web:', { scheme: '', name: 'web', port: '' }],
    ['https:web:443', { scheme: 'https', name: 'web', port: '443' }],
    ['http:web:http', { scheme: 'http', name: 'web', port: 'http' }],
    ['https:web:', { scheme: 'https', name: 'web', port: '' }],
    [':web:80', { scheme: '', name: 'web', port: '80' }],
  ])('%s', (text, expected) => {
    expect(parseSchemeNamePort(text, 'pod')).toEqual(expected);
  });

  it.each(['', ':80', 'ftp:web:21', 'a:b:c:d', 'https::1'])('refuses %j', (text) => {
    expect(() => parseSchemeNamePort(text, 'service')).toThrow(expect.objectContaining({ code: 400, message: `invalid service request ${JSON.stringify(text)}` }));
  });
});

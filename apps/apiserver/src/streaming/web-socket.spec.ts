import { execProtocols, streamProtocols } from './channel-protocols';
import { parsePorts } from './port-forward-web-socket';
import { chooseProtocol } from './web-socket';

describe('chooseProtocol', () => {
  it.each([
    ['v4.channel.k8s.io, v5.channel.k8s.io', 'v5.channel.k8s.io'],
    ['channel.k8s.io', 'channel.k8s.io'],
    ['', ''],
    ['base64url.bearer.authorization.k8s.io.dG9rZW4', ''],
    ['base64url.bearer.authorization.k8s.io.dG9rZW4, v4.base64.channel.k8s.io', 'v4.base64.channel.k8s.io'],
    ['v9.channel.k8s.io', undefined],
  ])('%j', (header, expected) => {
    expect(chooseProtocol(header, execProtocols)?.name).toBe(expected);
  });

  it('has its own names for logs', () => {
    expect(chooseProtocol('binary.k8s.io', streamProtocols)?.encoding).toBe('binary');
    expect(chooseProtocol('base64.binary.k8s.io', streamProtocols)?.encoding).toBe('base64');
  });
});

describe('parsePorts', () => {
  it.each([
    ['ports=80', [80]],
    ['ports=80&ports=81', [80, 81]],
    ['ports=80,81', [80, 81]],
  ])('%s', (query, expected) => {
    expect(parsePorts(new URLSearchParams(query))).toEqual(expected);
  });

  it.each(['', 'ports=', 'ports=web', 'ports=0', 'ports=65536'])('refuses %j', (query) => {
    expect(() => parsePorts(new URLSearchParams(query))).toThrow(expect.objectContaining({ code: 400 }));
  });
});

import { slashRedirect, splitProxyUrl } from './proxy-url';

const pod = '/api/v1/namespaces/ns/pods/https:web:443/proxy';

describe('splitProxyUrl', () => {
  it.each([
    [pod, pod, '', ''],
    [`${pod}/`, pod, '/', ''],
    [`${pod}?a=b`, pod, '', '?a=b'],
    [`${pod}/a%2Fb//c?x=%20&y`, pod, '/a%2Fb//c', '?x=%20&y'],
    [`${pod}/proxy/proxy`, pod, '/proxy/proxy', ''],
    [`${pod}?path=/a/b`, pod, '/a/b', '?path=/a/b'],
    [`${pod}/own?path=/a/b`, pod, '/own', '?path=/a/b'],
    ['/api/v1/nodes/n/proxy/stats/summary', '/api/v1/nodes/n/proxy', '/stats/summary', ''],
  ])('%s', (url, prefix, path, search) => {
    expect(splitProxyUrl(url)).toEqual({ prefix, path, search });
  });

  it('keeps the query when it adds the slash', () => {
    expect(slashRedirect(splitProxyUrl(`${pod}?a=b`))).toBe(`${pod}/?a=b`);
  });
});

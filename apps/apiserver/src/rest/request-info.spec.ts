import { parseRequestInfo } from './request-info';

const info = (method: string, url: string): unknown => {
  const [path = '', query = ''] = url.split('?');
  const parsed = parseRequestInfo(method, path, new URLSearchParams(query));
  if (parsed.type === 'path') return 'path';
  const { group, version, resource, namespace, name, subresource } = parsed.target;
  return [parsed.verb, group, version, resource, namespace, name, subresource].join(' ');
};

describe('parseRequestInfo', () => {
  it.each([
    ['GET', '/version', 'path'],
    ['GET', '/api', 'path'],
    ['GET', '/api/v1', 'path'],
    ['GET', '/apis/apps/v1', 'path'],
    ['GET', '/api/v1/pods', 'list  v1 pods   '],
    ['GET', '/api/v1/pods?watch=true', 'watch  v1 pods   '],
    ['GET', '/api/v1/watch/pods', 'watch  v1 pods   '],
    ['GET', '/api/v1/namespaces/ns/pods', 'list  v1 pods ns  '],
    ['GET', '/api/v1/namespaces/ns/pods?fieldSelector=metadata.name%3Da', 'list  v1 pods ns a '],
    ['GET', '/api/v1/namespaces/ns/pods/a', 'get  v1 pods ns a '],
    ['GET', '/api/v1/namespaces/ns/pods/a/log', 'get  v1 pods ns a log'],
    ['POST', '/api/v1/namespaces/ns/pods/a/exec', 'create  v1 pods ns a exec'],
    ['GET', '/api/v1/namespaces', 'list  v1 namespaces   '],
    ['GET', '/api/v1/namespaces/ns', 'get  v1 namespaces  ns '],
    ['PUT', '/api/v1/namespaces/ns/finalize', 'update  v1 namespaces  ns finalize'],
    ['PATCH', '/api/v1/nodes/n/status', 'patch  v1 nodes  n status'],
    ['DELETE', '/api/v1/namespaces/ns/pods/a', 'delete  v1 pods ns a '],
    ['DELETE', '/api/v1/namespaces/ns/pods', 'deletecollection  v1 pods ns  '],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab', 'get rbac.authorization.k8s.io v1 clusterroles  a:b '],
    ['OPTIONS', '/api/v1/pods', 'path'],
    ['OPTIONS', '/api/v1/namespaces/ns/pods/a/proxy', 'options  v1 pods ns a proxy'],
    ['GET', '/api/v1/namespaces/ns/pods/a:80/proxy/b/c/d?watch=true', 'get  v1 pods ns a:80 proxy'],
    ['PATCH', '/api/v1/namespaces/ns/services/https:a:web/proxy/', 'patch  v1 services ns https:a:web proxy'],
    ['DELETE', '/api/v1/nodes/n:10250/proxy/pods', 'delete  v1 nodes  n:10250 proxy'],
    ['GET', '/api/v1/namespaces/ns/pods/a/b/c/d', 'path'],
  ])('%s %s', (method, url, expected) => {
    expect(info(method, url)).toBe(expected);
  });
});

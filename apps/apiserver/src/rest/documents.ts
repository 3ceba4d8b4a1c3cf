import type { Environment } from '../environment';
import { apiGroup, apiGroupList, coreVersions, resourceList } from './discovery';
import type { PathHandler } from './paths';
import { respond } from './respond';

const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+t8s',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'typescript',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** Discovery, OpenAPI and version. */
export function documentPaths(environment: Environment): PathHandler {
  return async (exchange) => {
    const document = documentAt(environment, exchange.path);
    if (document === undefined) return false;
    await respond(exchange, { code: 200, chunks: [Buffer.from(JSON.stringify(document))] });
    return true;
  };
}

function documentAt({ registry }: Environment, path: string): unknown {
  const parts = path.split('/').filter((part) => part !== '');
  const [root = '', group = '', version = ''] = parts;
  if (path === '/version' || path === '/version/') return versionInfo;
  if (root === 'api') return parts.length === 1 ? coreVersions(registry) : parts.length === 2 ? resourceList(registry, '', group) : undefined;
  if (root !== 'apis') return undefined;
  if (parts.length === 1) return apiGroupList(registry);
  if (parts.length === 2) return apiGroup(registry, group);
  return parts.length === 3 ? resourceList(registry, group, version) : undefined;
}

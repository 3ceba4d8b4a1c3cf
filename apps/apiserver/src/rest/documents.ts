import { formatApiVersion } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { PathHandler } from './paths';
import { respond } from './respond';

const version = {
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

function documentAt(environment: Environment, path: string): unknown {
  if (path === '/version') return version;
  return undefined;
}

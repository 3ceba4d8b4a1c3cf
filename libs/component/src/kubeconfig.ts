import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { EnvironmentError } from './run-main';

/** How to reach an apiserver, and as whom. */
export interface ApiServerAccess {
  /** `https://host:6443` */
  server: string;
  /** `host:6444`: the gRPC door of the same apiserver. */
  grpcServer: string;
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  token?: string;
  /** Read anew for every call, since the kubelet rotates it. */
  tokenFile?: string;
  /** The context's namespace. */
  namespace?: string;
}

export const grpcPortDefault = 6444;

interface KubeconfigFile {
  'current-context'?: string;
  contexts?: { name: string; context?: { cluster?: string; user?: string; namespace?: string } }[];
  clusters?: { name: string; cluster?: { server?: string; 'certificate-authority'?: string; 'certificate-authority-data'?: string } }[];
  users?: { name: string; user?: KubeconfigUser }[];
}

interface KubeconfigUser {
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  token?: string;
  tokenFile?: string;
}

/** Reads a kubeconfig's current context. @throws EnvironmentError that says what is wrong with the file */
export function loadKubeconfig(file: string, context?: string): ApiServerAccess {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new EnvironmentError(`cannot read the kubeconfig ${file}: ${error instanceof Error ? error.message : String(error)}`, 1, { cause: error });
  }
  return parseKubeconfig(text, { baseDir: path.dirname(file), context, source: file });
}

export function parseKubeconfig(text: string, options: { baseDir: string; context?: string; source: string }): ApiServerAccess {
  const config = (parse(text) ?? {}) as KubeconfigFile;
  const wanted = options.context ?? config['current-context'];
  const context = config.contexts?.find(({ name }) => name === wanted)?.context;
  if (!context) throw new EnvironmentError(`${options.source}: context "${wanted ?? ''}" does not exist`);
  const cluster = config.clusters?.find(({ name }) => name === context.cluster)?.cluster;
  if (!cluster?.server) throw new EnvironmentError(`${options.source}: cluster "${context.cluster ?? ''}" has no server`);
  const user = config.users?.find(({ name }) => name === context.user)?.user ?? {};
  const material = (data: string | undefined, file: string | undefined): Buffer | undefined => {
    if (data) return Buffer.from(data, 'base64');
    return file ? readFileSync(path.resolve(options.baseDir, file)) : undefined;
  };
  return {
    server: cluster.server,
    grpcServer: `${new URL(cluster.server).hostname}:${grpcPortDefault}`,
    ca: material(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: material(user['client-certificate-data'], user['client-certificate']),
    key: material(user['client-key-data'], user['client-key']),
    token: user.token,
    tokenFile: user.tokenFile && path.resolve(options.baseDir, user.tokenFile),
    namespace: context.namespace,
  };
}

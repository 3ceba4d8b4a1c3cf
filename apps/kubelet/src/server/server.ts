import type { Running } from '@typernetes/component';
import { loadTls, startGrpcServer, toGrpcStatus } from '@typernetes/component';
import { node } from '@typernetes/proto';
import type { KubeletConfig } from '../config';
import { checkCaller } from './caller';
import type { ServerContext } from './find-container';
import { httpEndpoints, type HttpDependencies } from './http/endpoints';
import { logs } from './logs';
import { portForward } from './port-forward';
import { remoteCommand } from './remote-command';
import { summary } from './stats';

interface Ending {
  end(): unknown;
  emit(event: 'error', error: unknown): unknown;
}

/** Runs the handler of a stream; what it throws becomes the stream's status. */
function serve(call: Ending & Parameters<typeof checkCaller>[0], handle: () => Promise<void>, server: ServerContext): void {
  const run = async (): Promise<void> => {
    checkCaller(call);
    await handle();
  };
  run().then(
    () => call.end(),
    (error: unknown) => {
      server.context.logger.debug({ error }, 'a call of the kubelet server failed');
      call.emit('error', toGrpcStatus(error));
    },
  );
}

/** The door for the apiserver: translates, and lets nobody else in. */
export function nodeService(server: ServerContext): node.NodeServer {
  return {
    logs: (call) => serve(call, () => logs(server, call), server),
    exec: (call) => serve(call, () => remoteCommand(server, 'exec', call), server),
    attach: (call) => serve(call, () => remoteCommand(server, 'attach', call), server),
    portForward: (call) => serve(call, () => portForward(server, call), server),
    stats: (call, callback) => {
      const answer = async (): Promise<Buffer> => {
        checkCaller(call);
        return summary(server);
      };
      answer().then(
        (data) => callback(null, { data }),
        (error: unknown) => callback(toGrpcStatus(error)),
      );
    },
  };
}

/** Undefined when there is no certificate to serve with. */
export async function startNodeServer(config: KubeletConfig, server: ServerContext, http: HttpDependencies): Promise<Running | undefined> {
  const { tlsCertFile, tlsPrivateKeyFile, clientCaFile } = config;
  if (!tlsCertFile || !tlsPrivateKeyFile || !clientCaFile) return undefined;
  const tls = loadTls({ caFile: clientCaFile, certFile: tlsCertFile, keyFile: tlsPrivateKeyFile });
  return startGrpcServer({
    host: config.address,
    port: config.port,
    tls: { ...tls, requireClientCert: true },
    services: [{ definition: node.NodeService, implementation: nodeService(server) }],
    http: httpEndpoints(config, server, http),
  });
}

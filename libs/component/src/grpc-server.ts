import type { RequestListener } from 'node:http';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { systemClock } from '@typernetes/machinery';
import type { GrpcObservation } from './grpc-metrics';
import { observeCalls } from './grpc-metrics';
import { addReflection } from './grpc-reflection';
import { EnvironmentError } from './run-main';
import { listenShared } from './shared-port';
import type { Running } from './running';
import type { TlsMaterial } from './tls';

/** Lists of 5,000 objects come in batches, single objects are at most 3 MiB; this leaves room for both. */
const messageBytesMax = 32 * 1024 * 1024;

/** An idle connection is asked whether it is still there, so that a lost peer is noticed. */
const keepaliveTimeMs = 30_000;
const keepaliveTimeoutMs = 10_000;

/** Open streams get this long to end when the server stops. */
const stopGraceMs = 1_000;

export interface GrpcService {
  definition: ServiceDefinition;
  implementation: UntypedServiceImplementation;
}

export interface GrpcServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Absent: plain text, for unix sockets and tests. */
  tls?: TlsMaterial & {
    requireClientCert: boolean;
    /** Clients may show a certificate and may not (tokens instead); one that does not verify counts as none. */
    acceptClientCert?: boolean;
  };
  services: readonly GrpcService[];
  /** HTTPS on the same port, for whoever does not speak gRPC; needs `tls`. */
  http?: RequestListener;
  /** Where calls are counted and (at level debug) logged; absent: they are not. */
  observation?: GrpcObservation;
}

export interface RunningGrpcServer extends Running {
  readonly port: number;
  /** New connections get this certificate; those that stand keep theirs. */
  renewTls(material: TlsMaterial): void;
}

/** Services that every gRPC server of ours has beside its own: health checking and reflection. @returns what tells the health */
export function addStandardServices(server: Server): HealthImplementation {
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  addReflection(server);
  return health;
}

/** A gRPC server with health checking and reflection. */
export async function startGrpcServer(options: GrpcServerOptions): Promise<RunningGrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    interceptors: options.observation ? [observeCalls(options.observation)] : [],
  });
  const health = addStandardServices(server);
  for (const { definition, implementation } of options.services) server.addService(definition, implementation);
  const { http, tls } = options;
  const shared = http && tls ? await listenShared(server, { ...options, http, tls }) : undefined;
  const credentials = credentialsOf(options);
  const port = shared?.port ?? (await bind(server, options, credentials));
  return {
    port,
    renewTls: (material) => (shared ?? renewable(credentials)).renewTls(material),
    stop: async () => {
      health.setStatus('', 'NOT_SERVING');
      await shutDown(server);
      shared?.close();
    },
  };
}

/** grpc-js tells its listeners of new certificates by a method that it keeps to its own subclasses. */
function renewable(credentials: ServerCredentials): Pick<RunningGrpcServer, 'renewTls'> {
  const own = credentials as unknown as { updateSecureContextOptions(options: TlsMaterial): void };
  return { renewTls: ({ ca, cert, key }) => own.updateSecureContextOptions({ ...(ca ? { ca } : {}), cert, key }) };
}

function credentialsOf({ tls }: GrpcServerOptions): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  if (!tls.cert || !tls.key) throw new EnvironmentError('a gRPC server over TLS needs a certificate and a key');
  // Node checks certificates that clients show; requireClientCert decides whether they must show one.
  const credentials = ServerCredentials.createSsl(tls.ca ?? null, [{ cert_chain: tls.cert, private_key: tls.key }], tls.requireClientCert || tls.acceptClientCert);
  const options = credentials._getConstructorOptions();
  // grpc-js only hands on certificates of sockets that Node calls authorized.
  if (options && !tls.requireClientCert) options.rejectUnauthorized = false;
  return credentials;
}

function bind(server: Server, options: GrpcServerOptions, credentials: ServerCredentials): Promise<number> {
  const address = options.host.startsWith('unix:') ? options.host : `${options.host}:${options.port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new EnvironmentError(`cannot listen on ${address}: ${error.message}`, 1, { cause: error }));
      else resolve(port);
    });
  });
}

async function shutDown(server: Server): Promise<void> {
  const graceful = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const abort = new AbortController();
  const impatient = systemClock.sleep(stopGraceMs, abort.signal).then(
    () => server.forceShutdown(),
    () => undefined,
  );
  await Promise.race([graceful, impatient]);
  abort.abort();
}

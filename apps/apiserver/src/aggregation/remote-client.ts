import http from 'node:http';
import { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { resources, type APIService, type EndpointSlice, type Service } from '@typernetes/api';
import type { UserInfo } from '../pipeline/types';
import { dial, joinHostPort, type Backend, type ProxyDependencies } from '../proxying/backend';
import { connectPod } from '../proxying/pod-backend';
import { pickEndpoint, portName } from '../proxying/service-backend';
import type { TlsFiles } from '../tls-files';
import { withIdentity } from './identity-headers';

/** Longest document that is read of an extension server. */
const documentBytesMax = 64 * 1024 * 1024;

/** How long a server may take to say what it serves (upstream's). */
const timeoutMs = 5_000;

export interface RemoteAnswer {
  readonly code: number;
  readonly bytes: Buffer;
}

/** Speaks to servers behind Services, as this server's own proxy client. */
export class RemoteClient {
  constructor(
    private readonly dependencies: ProxyDependencies,
    /** By what extension servers know that identity headers may be believed. */
    private readonly proxyClient?: TlsFiles,
  ) {}

  serviceOf({ spec }: APIService): Service | undefined {
    return this.dependencies.objects.get(resources.services, spec?.service?.name ?? '', spec?.service?.namespace);
  }

  slicesOf({ spec }: APIService): EndpointSlice[] {
    const { name, namespace } = spec?.service ?? {};
    return this.dependencies.objects.list(resources.endpointSlices, namespace).filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name);
  }

  /** Where requests of `user` for this version go. @throws ApiError ServiceUnavailable */
  backendFor(api: APIService, user: UserInfo): Backend {
    const { name = '', namespace = '', port = 443 } = api.spec?.service ?? {};
    const connect = this.connectTo(api);
    const { caBundle, insecureSkipTLSVerify } = api.spec ?? {};
    const servername = `${name}.${namespace}.svc`;
    return {
      authority: joinHostPort(servername, port),
      adjustHeaders: (headers) => withIdentity(headers, user),
      connect: () =>
        tls.connect({
          socket: connect() as Socket,
          ...(isIP(servername) ? {} : { servername }),
          ALPNProtocols: ['http/1.1'],
          rejectUnauthorized: !insecureSkipTLSVerify,
          ...(caBundle ? { ca: Buffer.from(caBundle, 'base64') } : {}),
          ...(this.proxyClient ? { cert: this.proxyClient.cert, key: this.proxyClient.key } : {}),
        }),
    };
  }

  /** One whole answer. @throws Error when there is none in time */
  ask(backend: Backend, { method = 'GET', path, headers = {}, body }: { method?: string; path: string; headers?: Record<string, string>; body?: Buffer }): Promise<RemoteAnswer> {
    const all = { host: backend.authority, 'accept-encoding': 'identity', ...(body ? { 'content-length': String(body.length) } : {}), ...headers };
    return new Promise((resolve, reject) => {
      const request = http.request({ method, path, headers: backend.adjustHeaders?.(all) ?? all, setHost: false, signal: AbortSignal.timeout(timeoutMs), createConnection: () => backend.connect() });
      request.once('response', (response) => {
        readAll(response).then((bytes) => resolve({ code: response.statusCode ?? 0, bytes }), reject);
      });
      request.on('error', (error) => reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? new Error('context deadline exceeded') : error));
      request.end(body);
    });
  }

  private connectTo(api: APIService): Backend['connect'] {
    const { name = '', port = 443 } = api.spec?.service ?? {};
    const service = this.serviceOf(api);
    if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
    const { type, externalName } = service.spec ?? {};
    if (type === 'ExternalName') return () => dial(externalName ?? '', port);
    const endpoint = pickEndpoint(name, portName(service, String(port)), this.slicesOf(api), this.dependencies.random);
    const pod = endpoint.pod && this.dependencies.objects.get(resources.pods, endpoint.pod.name, endpoint.pod.namespace);
    return pod ? connectPod(this.dependencies, pod, endpoint) : () => dial(endpoint.host, endpoint.port);
  }
}

async function readAll(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > documentBytesMax) throw new Error(`the answer is longer than ${documentBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import type { ServerDuplexStream } from '@grpc/grpc-js';
import { startGrpcServer, toGrpcStatus, type Running } from '@typernetes/component';
import { apiErrors } from '@typernetes/machinery';
import { node } from '@typernetes/proto';
import type { StandalonePki } from '@typernetes/pki';

/** Which node a pod is on. */
export type NodeOfPod = (target: node.PodContainer | undefined) => string | undefined;

type Bidirectional = 'exec' | 'attach' | 'portForward';

interface Failing {
  emit(event: 'error', error: unknown): unknown;
}

const fail = (call: Failing): unknown => call.emit('error', toGrpcStatus(apiErrors.serviceUnavailable('the node of this pod is not simulated here, or has failed')));

/**
 * One port for the kubelets of all simulated nodes, where a real node has its own: a call names its pod, and the pod
 * tells the node. Streams are told by their first message, which is put back for the kubelet to read.
 */
export class SharedDoor {
  private readonly services = new Map<string, node.NodeServer>();
  private server: (Running & { port: number }) | undefined;

  constructor(
    private readonly nodeOfPod: NodeOfPod,
    private readonly isReachable: (nodeName: string) => boolean,
  ) {}

  get port(): number {
    return this.server?.port ?? 0;
  }

  add(nodeName: string, service: node.NodeServer): void {
    this.services.set(nodeName, service);
  }

  remove(nodeName: string): void {
    this.services.delete(nodeName);
  }

  async start({ caCert, server }: StandalonePki): Promise<void> {
    this.server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      tls: { ca: Buffer.from(caCert), cert: Buffer.from(server.cert), key: Buffer.from(server.key), requireClientCert: true },
      services: [{ definition: node.NodeService, implementation: this.service() }],
    });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private serviceOf(target: node.PodContainer | undefined): node.NodeServer | undefined {
    const name = this.nodeOfPod(target);
    return name === undefined ? undefined : this.serviceAt(name);
  }

  private serviceAt(name: string): node.NodeServer | undefined {
    return this.isReachable(name) ? this.services.get(name) : undefined;
  }

  private service(): node.NodeServer {
    return {
      logs: (call) => {
        const service = this.serviceOf(call.request.target);
        if (service) service.logs(call);
        else fail(call);
      },
      exec: (call) => this.dispatch('exec', call),
      attach: (call) => this.dispatch('attach', call),
      portForward: (call) => this.dispatch('portForward', call),
      stats: (call, callback) => {
        const service = this.serviceAt(call.request.node);
        if (service) service.stats(call, callback);
        else callback(toGrpcStatus(apiErrors.serviceUnavailable('the node is not simulated here, or has failed')));
      },
    };
  }

  private dispatch<Input extends { input?: { $case: string; value: unknown } | undefined }, Output>(method: Bidirectional, call: ServerDuplexStream<Input, Output>): void {
    call.once('data', (first: Input) => {
      call.pause();
      const start = first.input?.$case === 'start' ? (first.input.value as { target: node.PodContainer | undefined }) : undefined;
      const service = this.serviceOf(start?.target);
      if (!service) return void fail(call);
      call.unshift(first);
      (service[method] as (call: ServerDuplexStream<Input, Output>) => void)(call);
      // A stream that was paused does not flow again by itself when somebody listens.
      call.resume();
    });
  }
}

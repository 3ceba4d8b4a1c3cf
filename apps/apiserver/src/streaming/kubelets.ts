import { isIPv6 } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import type { Node } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import { node as proto } from '@typernetes/proto';

/** How the apiserver shows itself to kubelets, and which of them it believes. */
export interface KubeletCredentials {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

const messageBytesMax = 32 * 1024 * 1024;

/** Where a node's kubelet listens. Preferred is the address inside of the cluster, as kube-apiserver's default order. */
export function kubeletAddress({ status }: Node): string | undefined {
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port;
  const addresses = status?.addresses ?? [];
  // Host names of nodes need not resolve here.
  const found = ['InternalIP', 'ExternalIP'].flatMap((type) => addresses.find((address) => address.type === type)?.address ?? [])[0];
  return found && port ? `${isIPv6(found) ? `[${found}]` : found}:${port}` : undefined;
}

/** gRPC clients of kubelets, one per address, made when first needed. */
export class Kubelets {
  private readonly clients = new Map<string, proto.NodeClient>();

  constructor(private readonly tls: KubeletCredentials) {}

  /** @throws ApiError when the node has no address yet, or no client certificate is configured */
  client(node: Node): proto.NodeClient {
    const address = kubeletAddress(node);
    if (!address) throw apiErrors.serviceUnavailable(`node ${node.metadata?.name} has no address of its kubelet`);
    const { ca, cert, key } = this.tls;
    if (!ca || !cert || !key) throw apiErrors.internal(new Error('no client certificate for kubelets is configured'));
    let client = this.clients.get(address);
    if (!client) {
      client = new proto.NodeClient(address, credentials.createSsl(ca, key, cert), {
        'grpc.max_receive_message_length': messageBytesMax,
        'grpc.max_send_message_length': messageBytesMax,
        // A node that fell silent must not keep its streams open for ever.
        'grpc.keepalive_time_ms': 30_000,
        'grpc.keepalive_timeout_ms': 10_000,
        'grpc.initial_reconnect_backoff_ms': 200,
        'grpc.max_reconnect_backoff_ms': 2_000,
      });
      this.clients.set(address, client);
    }
    return client;
  }
}

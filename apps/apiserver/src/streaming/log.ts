import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { fromGrpcError } from '@typernetes/component';
import type { node as proto } from '@typernetes/proto';
import type { SubresourceHandler } from '../pipeline/subresource';
import { chooseContainer } from './container-choice';
import { parseLogOptions } from './log-options';
import type { StreamingDependencies } from './pod-target';
import { findPodTarget } from './pod-target';

/** pods/log: plain text as the kubelet sends it; with `follow` until the container ends or the client leaves. */
export function logHandler(dependencies: StreamingDependencies): SubresourceHandler {
  return {
    async respond(context, _request, response) {
      const { pod, client, address } = await findPodTarget(dependencies, context);
      const { container, ...options } = parseLogOptions(context.query, address.pod);
      const target = { ...address, container: chooseContainer(pod, container) };
      const stream = client.logs({ target, ...options });
      response.once('close', () => stream.cancel());
      try {
        await copy(stream, response, options.follow);
      } catch (error) {
        // Nothing said yet: the client gets a Status. Later the connection is all that can tell it.
        if (!response.headersSent) throw fromGrpcError(error);
        response.destroy();
      }
    },
  };
}

async function copy(stream: AsyncIterable<proto.Bytes>, response: ServerResponse | Http2ServerResponse, follow: boolean): Promise<void> {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/plain' });
    if (follow && 'flushHeaders' in response) response.flushHeaders();
  };
  for await (const { data } of stream) {
    begin();
    const write: (chunk: Buffer) => boolean = response.write.bind(response);
    if (!write(data)) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
    if (response.destroyed) return;
  }
  begin();
  response.end();
}

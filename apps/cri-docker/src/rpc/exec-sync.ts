import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { cri } from '@typernetes/proto';
import { inspectContainer } from '../engine';
import { CriError } from '../errors';
import { exitCodeOf, killExec, startExec } from '../exec';
import { execOutputBytesMax } from '../limits';
import { multiplexedReader } from '../multiplexed';
import type { Runtime } from '../runtime';

/** Keeps the first `execOutputBytesMax` bytes. */
class CappedOutput {
  private readonly pieces: Buffer[] = [];
  private size = 0;

  add(data: Buffer): void {
    const room = execOutputBytesMax - this.size;
    if (room <= 0) return;
    const piece = data.subarray(0, room);
    this.size += piece.length;
    this.pieces.push(piece);
  }

  bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

export async function execSync(runtime: Runtime, request: cri.ExecSyncRequest): Promise<cri.ExecSyncResponse> {
  const { record, inspect } = await inspectContainer(runtime, request.containerId);
  if (!inspect.State.Running) throw new CriError(status.FAILED_PRECONDITION, 'container is not running');
  const { exec, stream } = await startExec(runtime, {
    containerId: record.id,
    command: request.cmd,
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
  });
  const outputs = { stdout: new CappedOutput(), stderr: new CappedOutput() };
  stream.on('data', multiplexedReader((name, data) => outputs[name].add(data)));
  const timeoutMs = Number(request.timeout) * 1_000;
  let timedOut = false;
  const cancel = timeoutMs > 0 ? runtime.clock.after(timeoutMs, () => ((timedOut = true), stream.destroy())) : undefined;
  await once(stream, 'close').finally(() => cancel?.());
  if (timedOut) {
    await killExec(exec);
    throw new CriError(
      status.DEADLINE_EXCEEDED,
      `command ${JSON.stringify(request.cmd.join(' '))} timed out: timeout ${request.timeout}s exceeded`,
    );
  }
  const exitCode = await exitCodeOf(runtime, exec);
  return cri.ExecSyncResponse.create({ stdout: outputs.stdout.bytes(), stderr: outputs.stderr.bytes(), exitCode });
}

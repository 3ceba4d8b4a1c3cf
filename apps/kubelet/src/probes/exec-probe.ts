import { status as grpcStatus } from '@grpc/grpc-js';
import { probeOutputBytesMax } from '../limits';
import type { CriClient } from '../runtime/cri-client';
import { runtimeMethods } from '../runtime/cri-client';
import type { ProbeResult } from './http-probe';
import { failed, unknown } from './http-probe';

/** Time that the call may take beyond the command's own limit. */
const slackMs = 5_000;

/** Good when the command ends with 0. */
export async function execProbe(cri: CriClient, containerId: string, command: string[], timeoutSeconds: number): Promise<ProbeResult> {
  try {
    const request = { containerId, cmd: command, timeout: BigInt(timeoutSeconds) };
    const { exitCode, stdout, stderr } = await cri.call(runtimeMethods.execSync, request, { timeoutMs: timeoutSeconds * 1_000 + slackMs });
    if (exitCode === 0) return { ok: true };
    return failed(Buffer.concat([stdout, stderr]).subarray(0, probeOutputBytesMax).toString());
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === grpcStatus.DEADLINE_EXCEEDED) {
      return failed(`command timed out: "${command.join(' ')}" timed out after ${timeoutSeconds}s`);
    }
    // The runtime is away, say: no reason to kill the container.
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

import { cri } from '@typernetes/proto';
import type { Runtime } from '../runtime';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function condition(type: string, reason: string, probe: () => Promise<unknown>): Promise<cri.RuntimeCondition> {
  try {
    await probe();
    return cri.RuntimeCondition.create({ type, status: true });
  } catch (error) {
    return cri.RuntimeCondition.create({ type, status: false, reason, message: messageOf(error) });
  }
}

export async function runtimeStatus(runtime: Runtime, request: cri.StatusRequest): Promise<cri.StatusResponse> {
  const conditions = await Promise.all([
    condition('RuntimeReady', 'DockerDaemonNotReady', () => runtime.docker.ping()),
    condition('NetworkReady', 'NetworkPluginNotReady', () => runtime.network.load()),
  ]);
  return cri.StatusResponse.create({
    status: { conditions },
    info: request.verbose ? { config: JSON.stringify(runtime.config), facts: JSON.stringify(runtime.facts) } : {},
    runtimeHandlers: ['', ...runtime.facts.runtimes].map((name) => ({ name, features: {} })),
    features: {},
  });
}

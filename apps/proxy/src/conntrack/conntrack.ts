import type { RunCommand } from '../command';
import { CommandError } from '../command';
import type { FlowFilter } from './stale-udp';

/** Makes the kernel forget UDP flows. That there are none is no error. */
export async function forgetUdpFlows(run: RunCommand, filters: readonly FlowFilter[]): Promise<void> {
  for (const filter of filters) {
    try {
      await run('conntrack', ['-D', '-f', 'ipv4', '-p', 'udp', ...filter]);
    } catch (error) {
      const none = error instanceof CommandError && error.stderr.includes('0 flow entries have been deleted');
      if (!none) throw error;
    }
  }
}

import { container, onNode } from './cluster';
import { must } from './run';

export interface Probe {
  calls: number;
  failures: number;
}

/** Calls an address over HTTP without pause from a node while `action` runs. @returns how many calls, and failures among them */
export async function probing(node: string, address: string, action: () => Promise<unknown>): Promise<Probe> {
  const script = `calls=0; failures=0; rm -f /tmp/stop-probe; while [ ! -e /tmp/stop-probe ]; do calls=$((calls+1)); curl -sf -o /dev/null --max-time 3 http://${address} || failures=$((failures+1)); sleep 0.05; done; echo "$calls $failures"`;
  const probe = must('docker', ['exec', container(node), 'sh', '-c', script], { timeoutMs: 170_000 });
  try {
    await action();
  } finally {
    await onNode(node, 'touch', '/tmp/stop-probe');
  }
  const [calls = 0, failures = 0] = (await probe).trim().split(' ').map(Number);
  return { calls, failures };
}

import type { Clock } from '@typernetes/machinery';
import { benchStatus, podName, podsPath } from './bench-pod';
import { figuresOf, type Figures } from './figures';
import type { Target } from './target';

export interface FanOut {
  readonly watchers: number;
  readonly events: number;
  /** Writers at the same time: deliveries are to be the limit, not the writes. */
  readonly connections: number;
}

const newline = 0x0a;

/** How long after the last write deliveries may take before the run counts as broken. */
const deliveryMsMax = 120_000;

/** `watchers` follow all pods while `events` changes are written; measures deliveries, from the first write to the last delivery. */
export async function measureFanOut(target: Target, { watchers, events, connections }: FanOut, clock: Clock): Promise<Figures> {
  const agent = target.newAgent();
  const writtenAtMs: number[] = [];
  const latenciesMs: number[] = [];
  let bytes = 0;
  let delivered = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const streams = await Promise.all(Array.from({ length: watchers }, () => target.open(`${podsPath}?watch=1&resourceVersion=0&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`, agent)));
  for (const stream of streams) {
    if (stream.statusCode !== 200) throw new Error(`watch answered ${stream.statusCode}`);
    let seen = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) {
        if (seen < events) latenciesMs.push(clock.monotonic() - (writtenAtMs[seen] ?? clock.monotonic()));
        if (++seen <= events && ++delivered === watchers * events) finish();
      }
    });
  }
  await clock.sleep(1_000);
  const startedAtMs = clock.monotonic();
  let next = 0;
  const write = async (): Promise<void> => {
    for (let index = next++; index < events; index = next++) {
      writtenAtMs.push(clock.monotonic());
      const body = Buffer.from(JSON.stringify(benchStatus(index, index + 1)));
      const { status, problem } = await target.call({ method: 'PATCH', path: `${podsPath}/${podName(index)}/status`, body, contentType: 'application/strategic-merge-patch+json' });
      if (status >= 300) throw new Error(`watch fan-out: a patch answered ${status} ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, write));
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.after(deliveryMsMax, () => reject(new Error(`watch fan-out: ${delivered} of ${watchers * events} events came`)));
    void finished.then(() => {
      cancel();
      resolve();
    });
  });
  const elapsedMs = clock.monotonic() - startedAtMs;
  for (const stream of streams) stream.destroy();
  agent.destroy();
  return figuresOf(`watch: ${watchers} watchers x ${events} events`, latenciesMs, elapsedMs, bytes);
}

import type { PathHandler } from './paths';
import { respond } from './respond';

/** One named check: throws, or rejects, with the reason when it fails. */
export interface HealthCheck {
  readonly name: string;
  check(): Promise<void> | void;
}

interface CheckOutcome {
  readonly name: string;
  readonly error?: unknown;
}

const plain = (code: number, text: string): { code: number; chunks: Buffer[]; mediaType: string } => ({ code, chunks: [Buffer.from(text)], mediaType: 'text/plain; charset=utf-8' });

async function run(check: HealthCheck): Promise<CheckOutcome> {
  try {
    await check.check();
    return { name: check.name };
  } catch (error) {
    return { name: check.name, error };
  }
}

/** `/livez`, `/livez/etcd`, `?verbose`, `?exclude=etcd`: texts as kube-apiserver's. Reasons are withheld, they go to the log. */
export function healthPaths(checks: Readonly<Record<string, readonly HealthCheck[]>>): PathHandler {
  return async (exchange) => {
    const [, endpoint = '', ...rest] = exchange.path.split('/');
    const name = rest.join('/');
    const all = checks[endpoint];
    if (!all) return false;
    const excluded = exchange.query.getAll('exclude');
    const wanted = name ? all.filter((check) => check.name === name) : all.filter((check) => !excluded.includes(check.name));
    if (name && wanted.length === 0) return false;
    const outcomes = await Promise.all(wanted.map(run));
    const isFailed = outcomes.some(({ error }) => error !== undefined);
    const lines = outcomes.map(({ name: checked, error }) => (error === undefined ? `[+]${checked} ok` : `[-]${checked} failed: reason withheld`));
    if (isFailed) await respond(exchange, plain(500, `${lines.join('\n')}\n${endpoint} check failed\n`));
    else if (exchange.query.has('verbose')) await respond(exchange, plain(200, `${lines.join('\n')}\n${endpoint} check passed\n`));
    else await respond(exchange, plain(200, 'ok'));
    return true;
  };
}

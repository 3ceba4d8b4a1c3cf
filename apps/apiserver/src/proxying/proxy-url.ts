import type { Random } from '@typernetes/machinery';

/** A proxied request's URL, cut where the backend's part begins; nothing is decoded. */
export interface ProxyUrl {
  /** `/api/v1/namespaces/ns/pods/web/proxy` */
  readonly prefix: string;
  /** For the backend: empty, or from its first slash on. */
  readonly path: string;
  /** Empty, or from the question mark on. */
  readonly search: string;
}

const shape = /^(\/+api\/+[^/]+\/+(?:namespaces\/+[^/]+\/+)?[^/]+\/+[^/]+\/+proxy)(\/.*)?$/;

/** Cuts a URL; without a path of its own the query's `path` counts (core/v1 PodProxyOptions). */
export function splitProxyUrl(url: string): ProxyUrl {
  const mark = url.indexOf('?');
  const search = mark < 0 ? '' : url.slice(mark);
  const whole = mark < 0 ? url : url.slice(0, mark);
  const [, prefix = whole, path = ''] = shape.exec(whole) ?? [];
  const wished = path === '' ? new URLSearchParams(search).get('path') : null;
  return { prefix, path: wished ? `/${wished.replace(/^\/+/, '')}` : path, search };
}

/** Where a GET without any path is sent: relative links of the answer would miss the backend otherwise. */
export const slashRedirect = ({ prefix, search }: ProxyUrl): string => `${prefix}/${search}`;

/** The items, beginning at one by chance. */
export function rotated<T>(items: readonly T[], random: Random): T[] {
  const start = Math.floor(random.next() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/** What links in a backend's answer are measured by. */
export interface RewriteContext {
  /** The proxy's own path: `/api/v1/namespaces/ns/pods/web/proxy`. */
  readonly prefix: string;
  /** Hosts that mean the backend: its address, and the one that the client has asked for. */
  readonly hosts: readonly string[];
}

const absolute = /^([a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)([^]*)$/i;

/**
 * A link of the backend as a client of the proxy must see it: absolute paths of this host get the proxy's prefix,
 * relative ones and other hosts stay.
 */
export function rewriteUrl(url: string, { prefix, hosts }: RewriteContext): string {
  const [, , host, rest] = absolute.exec(url) ?? [];
  if (host !== undefined && !hosts.includes(host)) return url;
  const path = host === undefined ? url : rest || '/';
  if (!path.startsWith('/')) return url;
  return path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path;
}

import { apiErrors } from '@typernetes/machinery';

/** What `[scheme:]name[:port]` says; parts that are missing are empty. */
export interface SchemeNamePort {
  readonly scheme: '' | 'http' | 'https';
  readonly name: string;
  /** A number, or for Services the name of a port. */
  readonly port: string;
}

const schemes: readonly string[] = ['', 'http', 'https'];

/** Reads the name in a proxy's URL: `web`, `web:80`, `https:web:443`, `https:web:`. @throws ApiError BadRequest */
export function parseSchemeNamePort(text: string, kind: 'node' | 'pod' | 'service'): SchemeNamePort {
  const parts = text.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !isScheme(scheme)) throw apiErrors.badRequest(`invalid ${kind} request ${JSON.stringify(text)}`);
  return { scheme, name, port };
}

const isScheme = (text: string): text is SchemeNamePort['scheme'] => schemes.includes(text);

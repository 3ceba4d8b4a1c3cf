import type { PathHandler } from '../../rest/paths';
import { respond } from '../../rest/respond';
import type { TokenAuthority } from './token-authority';

const configurationPath = '/.well-known/openid-configuration';
const keySetPath = '/openid/v1/jwks';

/** Others may keep these documents for an hour, as upstream says. */
const headers = { 'cache-control': 'public, max-age=3600' };

/** What others need to verify service account tokens themselves (OpenID Connect Discovery; KEP-1393). */
export function issuerDiscoveryPaths(authority: TokenAuthority): PathHandler {
  return async (exchange) => {
    const path = exchange.path.replace(/\/$/, '');
    if (path === configurationPath) {
      const document = {
        issuer: authority.issuer,
        jwks_uri: `${authority.issuer.replace(/\/$/, '')}${keySetPath}`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: authority.algorithms,
      };
      await respond(exchange, { code: 200, chunks: [Buffer.from(JSON.stringify(document))], headers });
      return true;
    }
    if (path !== keySetPath) return false;
    await respond(exchange, { code: 200, chunks: [Buffer.from(JSON.stringify(await authority.keySet()))], mediaType: 'application/jwk-set+json', headers });
    return true;
  };
}

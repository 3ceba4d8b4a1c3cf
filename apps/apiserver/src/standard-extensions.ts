import { resources } from '@typernetes/api';
import { systemClock, systemRandom } from '@typernetes/machinery';
import { admissionChain } from './admission';
import { Aggregator } from './aggregation/aggregator';
import { LocalServices } from './aggregation/local-services';
import { RemoteClient } from './aggregation/remote-client';
import { clientCertificateAuthenticator } from './authn/client-certificate';
import { legacyUseRecorder } from './authn/service-account/legacy-use';
import { issuerDiscoveryPaths } from './authn/service-account/issuer-discovery';
import { TokenAuthority } from './authn/service-account/token-authority';
import { identifyTokens, serviceAccountAuthenticator } from './authn/service-account/token-authenticator';
import { tokenRequestHandler } from './authn/service-account/token-request';
import { selfSubjectReviewHandler, tokenReviewHandler } from './authn/token-review';
import { followPods, makeNodeAuthorizer } from './authz/node/node-authorizer';
import { NodeGraph } from './authz/node/node-graph';
import { rbacEscalation } from './authz/rbac/escalation';
import { accessReviewHandlers } from './authz/reviews/handlers';
import { followRbac, makeRbacAuthorizer } from './authz/rbac/rbac-authorizer';
import { RbacIndex } from './authz/rbac/rbac-index';
import { makeBootstrap } from './bootstrap/bootstrap';
import { componentStatuses } from './component-status';
import type { ApiserverConfig } from './config';
import { refuseCreatesOfTerminatingKinds } from './custom-kinds/terminating';
import type { Authenticator } from './pipeline/authenticator';
import type { Authorizer } from './pipeline/authorizer';
import type { Extensions } from './pipeline/extensions';
import type { ApiserverInternals } from './pipeline/internals';
import { groups, users } from './pipeline/types';
import { proxyHandlers } from './proxying';
import { metricsKinds } from './resource-metrics/kinds';
import { resourceMetrics } from './resource-metrics/resource-metrics';
import { streamingHandlers } from './streaming';
import { Kubelets } from './streaming/kubelets';
import { WebhookClient } from './webhooks/webhook-client';

/** Everybody without credentials, where that is allowed; last in the list. */
const anonymousAuthenticator: Authenticator = {
  name: 'anonymous',
  authenticate: ({ bearerToken, peerCertificate }) => (bearerToken || peerCertificate ? undefined : { name: users.anonymous, groups: [groups.unauthenticated] }),
};

/** `system:masters` may do everything, whatever the stored roles say: the way in when they are broken. First in the list. */
const mastersAuthorizer: Authorizer = {
  name: 'system:masters',
  authorize: (user) => (user.groups.includes(groups.masters) ? { type: 'allow' } : { type: 'no-opinion' }),
};

function authorizersOf(modes: readonly string[], { rbac, graph }: { rbac: RbacIndex; graph: NodeGraph }): Authorizer[] {
  return modes.flatMap((mode): Authorizer[] => {
    switch (mode) {
      case 'Node':
        return [makeNodeAuthorizer(graph)];
      case 'RBAC':
        return [makeRbacAuthorizer(rbac)];
      case 'AlwaysAllow':
        return [{ name: mode, authorize: () => ({ type: 'allow' }) }];
      case 'AlwaysDeny':
        return [{ name: mode, authorize: () => ({ type: 'deny', reason: 'Everything is forbidden.' }) }];
      default:
        return [];
    }
  });
}

/** The lists of a real server, in order. */
export function standardExtensions(config: ApiserverConfig, internals: ApiserverInternals): Extensions {
  const bootstrap = makeBootstrap(config, internals);
  const { objects } = internals;
  const { clock = systemClock, random = systemRandom, logger } = config;
  const [rbac, graph] = [new RbacIndex(), new NodeGraph()];
  const tokens = new TokenAuthority({
    issuer: config.serviceAccountIssuer,
    publicKeys: config.serviceAccountKeys,
    signingKey: config.serviceAccountSigningKey,
    clock,
  });
  const kubeletCredentials = { ...config.kubeletClient, ca: config.kubeletCa };
  const kubelets = new Kubelets(kubeletCredentials);
  const identify = identifyTokens(tokens, objects, clock, legacyUseRecorder(internals.client, clock, (error) => logger.debug({ err: error }, 'the use of a legacy token was not written down')));
  const webhooks = new WebhookClient({ objects, kubelets, random });
  const aggregator = new Aggregator({ ...internals, remote: new RemoteClient({ objects, kubelets, random }, config.proxyClient), clock, logger });
  let localServices: LocalServices | undefined;
  const apiAudiences = [tokens.issuer];
  const authorizers = [mastersAuthorizer, ...authorizersOf(config.authorizationModes, { rbac, graph })];
  return {
    authenticators: [
      clientCertificateAuthenticator,
      serviceAccountAuthenticator(identify, apiAudiences, (error) => logger.warn({ err: error }, 'token refused')),
      ...(config.anonymousAuth ? [anonymousAuthenticator] : []),
    ],
    authorizers,
    admission: [...admissionChain({ objects, authorizers, client: internals.client, clock, random, webhooks }), refuseCreatesOfTerminatingKinds(objects), ...(config.authorizationModes.includes('RBAC') ? [rbacEscalation({ index: rbac, authorizers })] : [])],
    subresourceHandlers: {
      ...streamingHandlers({ objects, kubelets }),
      ...proxyHandlers({ objects, kubelets, random }, kubeletCredentials),
      'serviceaccounts/token': tokenRequestHandler(tokens, objects, clock),
      'tokenreviews.authentication.k8s.io': tokenReviewHandler(identify, apiAudiences),
      ...accessReviewHandlers(authorizers, rbac),
      'selfsubjectreviews.authentication.k8s.io': selfSubjectReviewHandler,
    },
    webhooks,
    aggregator,
    kinds: metricsKinds,
    computedKinds: { ...resourceMetrics({ objects, kubelets, clock }), componentstatuses: componentStatuses({ objects, askStore: () => objects.read(resources.namespaces, 'default'), clock }) },
    paths: issuerDiscoveryPaths(tokens),
    checks: [{ name: 'poststarthook/rbac/bootstrap-roles', check: () => failUnless(bootstrap.hasRoles) }],
    prepare: (signal) => {
      localServices = new LocalServices(internals, internals.registry, (error) => logger.error({ err: error }, 'APIServices of custom kinds not updated'));
      for (const stop of [followRbac(rbac, objects), followPods(graph, objects), aggregator.follow()]) signal.addEventListener('abort', stop, { once: true });
    },
    bootstrap: async (signal, ports) => {
      await Promise.all([bootstrap.run(signal, ports), localServices?.ensure()]);
      const stop = localServices?.keep();
      if (stop) signal.addEventListener('abort', stop, { once: true });
    },
  };
}

function failUnless(isGood: boolean): void {
  if (!isGood) throw new Error('not yet');
}

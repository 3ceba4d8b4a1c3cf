import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { bootstrapTokenType, signedInfo, signingToken, untilExpiryMs } from './bootstrap-token';

const tokenNamespace = 'kube-system';
const infoKey = 'kube-public/cluster-info';

const tokensOf = ({ informers }: ControllerContext) => informers.informer(resources.secrets, { namespace: tokenNamespace, fieldSelector: `type=${bootstrapTokenType}` });

/** Deletes bootstrap tokens that have expired. */
export const tokenCleanerController: ControllerDefinition = {
  name: 'token-cleaner-controller',
  setUp(context) {
    const { client, clock } = context;
    const secrets = tokensOf(context);
    const loop = newController(context, this.name, async (key) => {
      const secret = secrets.get(key);
      const leftMs = secret && untilExpiryMs(secret, clock.now());
      if (!secret || leftMs === undefined) return undefined;
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const { name = '', namespace, uid, resourceVersion } = secret.metadata ?? {};
      await client.resource(resources.secrets).delete(name, { namespace, preconditions: { uid, resourceVersion } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
      });
      return undefined;
    });
    secrets.onChange({ added: (secret) => loop.enqueue(keyOf(secret)), updated: (secret) => loop.enqueue(keyOf(secret)) });
    return (signal) => loop.run(signal);
  },
};

/** Signs the description of the cluster with each bootstrap token, so that nodes that join can trust it. */
export const bootstrapSignerController: ControllerDefinition = {
  name: 'bootstrap-signer-controller',
  setUp(context) {
    const { client, clock, informers } = context;
    const secrets = tokensOf(context);
    const infos = informers.informer(resources.configMaps, { namespace: 'kube-public', fieldSelector: 'metadata.name=cluster-info' });
    const loop = newController(context, this.name, async () => {
      const info = infos.get(infoKey);
      const tokens = secrets.list().flatMap((secret) => signingToken(secret, clock.now()) ?? []);
      const data = info && signedInfo(info, tokens);
      if (info && data) await client.resource(resources.configMaps).update({ ...info, data });
    });
    const sign = (): void => loop.enqueue(infoKey);
    infos.onChange({ added: sign, updated: sign });
    secrets.onChange({ added: sign, updated: sign, deleted: sign });
    return (signal) => loop.run(signal);
  },
};

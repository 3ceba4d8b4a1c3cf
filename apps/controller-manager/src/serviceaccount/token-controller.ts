import type { Secret, ServiceAccount } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { LegacyTokenSigner, accountNameAnnotation, accountUidAnnotation, tokenSecretStep, tokenSecretType } from './token-secret';

/** Fills secrets of type kubernetes.io/service-account-token, and takes them away with their account. */
export const tokenController: ControllerDefinition = {
  name: 'serviceaccount-token-controller',
  setUp(context) {
    const { informers, config } = context;
    const secrets = informers.informer(resources.secrets, { fieldSelector: `type=${tokenSecretType}` });
    const accounts = informers.informer(resources.serviceAccounts);
    const signer = config.serviceAccountPrivateKey ? LegacyTokenSigner.fromPem(config.serviceAccountPrivateKey) : undefined;
    const loop = newController(context, this.name, async (key) => {
      const secret = secrets.get(key);
      if (secret && signer) await reconcile(context, await signer, secret);
    });
    secrets.onChange({ added: (secret) => loop.enqueue(keyOf(secret)), updated: (secret) => loop.enqueue(keyOf(secret)) });
    const enqueueSecretsOf = ({ metadata }: ServiceAccount): void => {
      for (const secret of secrets.list(metadata?.namespace)) {
        if (secret.metadata?.annotations?.[accountNameAnnotation] === metadata?.name) loop.enqueue(keyOf(secret));
      }
    };
    accounts.onChange({ added: enqueueSecretsOf, deleted: enqueueSecretsOf });
    return (signal) => loop.run(signal);
  },
};

async function reconcile({ client, config }: ControllerContext, signer: LegacyTokenSigner, secret: Secret): Promise<void> {
  const { namespace, name } = splitKey(keyOf(secret));
  const accountName = secret.metadata?.annotations?.[accountNameAnnotation] ?? '';
  // Asked from the API, not from the cache: a secret must not be deleted because an account is new.
  const account = await client
    .resource(resources.serviceAccounts)
    .get(accountName, { namespace })
    .catch((error: unknown) => {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    });
  const secrets = client.resource(resources.secrets);
  switch (tokenSecretStep(secret, account, config.rootCa)) {
    case 'nothing':
      return;
    case 'delete':
      await secrets.delete(name, { namespace, preconditions: { uid: secret.metadata?.uid } });
      return;
    case 'fill': {
      if (!account) return;
      const base64 = (text: string): string => Buffer.from(text).toString('base64');
      const data = {
        token: base64(await signer.sign(account, secret)),
        namespace: base64(namespace),
        ...(config.rootCa ? { 'ca.crt': base64(config.rootCa) } : {}),
      };
      const annotations = { ...secret.metadata?.annotations, [accountUidAnnotation]: account.metadata?.uid ?? '' };
      await secrets.update({ ...secret, metadata: { ...secret.metadata, annotations }, data: { ...secret.data, ...data } });
    }
  }
}

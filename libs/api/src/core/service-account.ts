import { defineKind, subresource } from '../define-kind';
import type { ServiceAccount } from '../generated/types';
import { resources } from '../resources';

/** Of the references to secrets only the names count. */
function cleanSecretReferences(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => ({ name }));
}

export const serviceAccount = defineKind(resources.serviceAccounts, {
  shortNames: ['sa'],
  subresources: [subresource('token', 'TokenRequest', ['create'], { group: 'authentication.k8s.io', version: 'v1' })],
  strategy: { prepareForCreate: cleanSecretReferences, prepareForUpdate: cleanSecretReferences },
});

import type { CustomResourceDefinition } from '../generated/types';

/** Upstream's SetDefaults_CustomResourceDefinitionSpec and the webhook's port. */
export function defaultCustomResourceDefinition({ spec }: CustomResourceDefinition): void {
  const names = spec?.names;
  if (!names) return;
  if (!names.singular) names.singular = (names.kind ?? '').toLowerCase();
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
}

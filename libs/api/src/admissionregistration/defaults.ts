import type { MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhook, ValidatingWebhookConfiguration } from '../generated/types';

/** Seconds that a webhook may think. */
const timeoutSecondsDefault = 10;

function defaultWebhook(webhook: MutatingWebhook | ValidatingWebhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= timeoutSecondsDefault;
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  const service = webhook.clientConfig?.service;
  if (service) service.port ??= 443;
}

/** Upstream's SetDefaults_ValidatingWebhook. */
export function defaultValidatingWebhookConfiguration({ webhooks = [] }: ValidatingWebhookConfiguration): void {
  webhooks.forEach(defaultWebhook);
}

/** Upstream's SetDefaults_MutatingWebhook. */
export function defaultMutatingWebhookConfiguration({ webhooks = [] }: MutatingWebhookConfiguration): void {
  for (const webhook of webhooks) {
    defaultWebhook(webhook);
    webhook.reinvocationPolicy ??= 'Never';
  }
}

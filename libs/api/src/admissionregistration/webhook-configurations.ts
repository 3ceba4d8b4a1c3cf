import { defineKind, type KindTraits } from '../define-kind';
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../generated/types';
import { resources } from '../resources';
import { countGeneration, startGeneration } from '../strategies';
import { sameValue } from '../validation/checks';

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

const traits: KindTraits<Configuration> = {
  categories: ['api-extensions'],
  hasGeneration: true,
  strategy: {
    prepareForCreate: startGeneration,
    prepareForUpdate: (next, previous) => countGeneration(next, previous, !sameValue(next.webhooks, previous.webhooks)),
  },
};

/** Webhooks that may change objects before they are validated and stored. */
export const mutatingWebhookConfiguration = defineKind(resources.mutatingWebhookConfigurations, traits as KindTraits<MutatingWebhookConfiguration>);

/** Webhooks that judge objects as they will be stored. */
export const validatingWebhookConfiguration = defineKind(resources.validatingWebhookConfigurations, traits as KindTraits<ValidatingWebhookConfiguration>);

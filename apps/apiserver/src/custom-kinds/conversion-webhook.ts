import { randomUUID } from 'node:crypto';
import type { CustomResourceDefinition } from '@typernetes/api';
import { apiErrors, formatApiVersion, parseApiVersion, type KubernetesObject } from '@typernetes/machinery';
import type { WebhookClient, WebhookClientConfig } from '../webhooks/webhook-client';
import { conversionReview, convertedObjects, gvkText } from './conversion-review';
import type { ConvertCustom } from './custom-kind';

/** How long a webhook may think, as upstream's may. */
const timeoutMs = 30_000;

/** The converter that a definition names; undefined when its versions differ by their names alone. */
export function converterOf({ spec }: CustomResourceDefinition, client: WebhookClient | undefined): ConvertCustom | undefined {
  const { conversion, group } = spec;
  if (conversion?.strategy !== 'Webhook') return undefined;
  const config = (conversion.webhook?.clientConfig ?? {}) as WebhookClientConfig;
  const ask = async (objects: readonly KubernetesObject[], version: string): Promise<KubernetesObject[]> => {
    if (!client) throw new Error('this server asks no webhooks');
    const question = { uid: randomUUID(), desiredAPIVersion: formatApiVersion({ group, version }), objects };
    return convertedObjects(await client.post(config, conversionReview(question), { timeoutMs }), question);
  };
  return async (objects, version) => {
    try {
      return await ask(objects, version);
    } catch (error) {
      const [first] = objects;
      const from = gvkText(group, parseApiVersion(first?.apiVersion ?? '').version, first?.kind ?? '');
      throw apiErrors.internal(new Error(`conversion webhook for ${from} failed: ${error instanceof Error ? error.message : String(error)}`));
    }
  };
}

import { conditionEnvironment, resources, type KindDefinition, type MatchCondition, type MutatingWebhook, type Namespace, type ValidatingWebhook } from '@typernetes/api';
import { CelError, compileExpression, convertDynamic, type Program } from '@typernetes/cel';
import { ApiError, apiErrors, applyJsonPatch, jsonEqual, type KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../../pipeline/admission';
import type { ObjectReader } from '../../pipeline/object-reader';
import { become, shape } from '../changed-object';
import type { WebhookClient, WebhookClientConfig } from '../../webhooks/webhook-client';
import { isAsked } from './matching';
import { denial, readReview, reviewOf, reviewRequest, type ReviewRequest, type ReviewResponse } from './review';

type Webhook = MutatingWebhook | ValidatingWebhook;

export interface WebhookParts {
  readonly objects: ObjectReader;
  readonly client: WebhookClient;
  /** A new identity for each question. */
  readonly newUid: () => string;
}

const timeoutSecondsDefault = 10;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Conditions are compiled once for each version of their text. */
const programs = new Map<string, Program>();
const programsMax = 10_000;

function programOf(expression: string): Program {
  const known = programs.get(expression);
  if (known) return known;
  if (programs.size >= programsMax) programs.clear();
  const program = compileExpression(expression, conditionEnvironment(), ['bool']);
  programs.set(expression, program);
  return program;
}

/** Whether all conditions hold. @throws CelError */
function meetsConditions(conditions: readonly MatchCondition[], request: ReviewRequest): boolean {
  if (conditions.length === 0) return true;
  const dynamic = (value: unknown): unknown => convertDynamic(value ?? null);
  const bindings = { object: dynamic(request['object']), oldObject: dynamic(request['oldObject']), request: dynamic({ ...request, object: undefined, oldObject: undefined }) };
  let failure: unknown;
  for (const { expression } of conditions) {
    try {
      // One that is false decides, whatever others could not say.
      if (programOf(expression).evaluate(bindings) !== true) return false;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return true;
}

/** Asks the webhooks that a write concerns (API docs: "Dynamic Admission Control"). */
class Dispatcher {
  constructor(private readonly parts: WebhookParts) {}

  /** The webhooks of all configurations, by name of the configuration. */
  webhooks<T extends Webhook>(configurations: readonly { metadata?: { name?: string }; webhooks?: T[] }[], context: AdmissionContext): T[] {
    if (configurations.length === 0 || (context.operation === 'CONNECT' && context.subresource === 'log')) return [];
    const sorted = [...configurations].sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
    return sorted.flatMap(({ webhooks = [] }) => webhooks);
  }

  /** Whether a webhook is to be asked about the write as it is now: earlier webhooks may have changed its labels. */
  concerns(webhook: Webhook, context: AdmissionContext): boolean {
    return isAsked(webhook, context, (name): Namespace | undefined => this.parts.objects.get(resources.namespaces, name));
  }

  /** The answer of one webhook; undefined when it need not be heard. @throws ApiError when it refuses, or is needed and silent */
  async ask(webhook: Webhook, context: AdmissionContext): Promise<ReviewResponse | undefined> {
    const request = reviewRequest(context, this.parts.newUid());
    let response: ReviewResponse;
    try {
      if (!meetsConditions(webhook.matchConditions ?? [], request)) return undefined;
      const timeoutMs = (webhook.timeoutSeconds ?? timeoutSecondsDefault) * 1_000;
      const answer = await this.parts.client.post(webhook.clientConfig as WebhookClientConfig, reviewOf(request), { timeoutMs });
      response = readReview(answer, request);
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') return undefined;
      const what = error instanceof CelError ? `failed evaluating match conditions: ${error.message}` : `failed to call webhook: ${messageOf(error)}`;
      throw apiErrors.internal(new Error(`failed calling webhook ${JSON.stringify(webhook.name)}: ${what}`));
    }
    for (const warning of response.warnings) context.warn(warning);
    if (!response.allowed) throw new ApiError(denial(webhook.name, response));
    return response;
  }
}

/** The patched object as one of the kind. */
function patched(kind: KindDefinition, object: KubernetesObject, webhook: Webhook, patch: unknown): KubernetesObject {
  const fail = (why: string): ApiError => apiErrors.internal(new Error(`webhook ${JSON.stringify(webhook.name)}: ${why}`));
  let next: KubernetesObject;
  try {
    next = applyJsonPatch(object, patch);
  } catch (error) {
    throw fail(error instanceof ApiError && error.cause instanceof Error ? error.cause.message : messageOf(error));
  }
  if (next.kind !== object.kind || next.apiVersion !== object.apiVersion) throw fail('it must not change the kind of the object');
  const { error } = shape(kind, next);
  if (error !== undefined) throw fail(error);
  return next;
}

/** Webhooks that may change what is written: one after the other, those that wish so once more after later changes. */
export function mutatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  const dispatcher = new Dispatcher(parts);
  /** Asks in turn. @returns the last that changed something, -1 for none */
  const round = async (webhooks: readonly MutatingWebhook[], context: AdmissionContext): Promise<number> => {
    let last = -1;
    for (const [index, webhook] of webhooks.entries()) {
      if (!dispatcher.concerns(webhook, context)) continue;
      const response = await dispatcher.ask(webhook, context);
      const { object } = context;
      if (response?.patch === undefined || !object) continue;
      const next = patched(context.kind, object, webhook, response.patch);
      if (jsonEqual(next, object)) continue;
      become(object, next);
      last = index;
    }
    return last;
  };
  return {
    name: 'MutatingAdmissionWebhook',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    admit: async (context) => {
      const webhooks = dispatcher.webhooks(parts.objects.list(resources.mutatingWebhookConfigurations), context);
      if (webhooks.length === 0) return;
      const last = await round(webhooks, context);
      await round(webhooks.slice(0, Math.max(last, 0)).filter(({ reinvocationPolicy }) => reinvocationPolicy === 'IfNeeded'), context);
    },
  };
}

/** Webhooks that judge what will be stored: all at once. */
export function validatingWebhooks(parts: WebhookParts): AdmissionPlugin {
  const dispatcher = new Dispatcher(parts);
  return {
    name: 'ValidatingAdmissionWebhook',
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    validate: async (context) => {
      const asked = dispatcher.webhooks(parts.objects.list(resources.validatingWebhookConfigurations), context).filter((webhook) => dispatcher.concerns(webhook, context));
      if (asked.length === 0) return;
      const answers = await Promise.allSettled(asked.map((webhook) => dispatcher.ask(webhook, context)));
      const refused = answers.find((answer) => answer.status === 'rejected');
      if (refused) throw refused.reason;
    },
  };
}

import { compileExpression, CelError } from '@typernetes/cel';
import { fieldError, validateDns1123Subdomain, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import type { AdmissionregistrationV1WebhookClientConfig, MatchCondition, MutatingWebhook, MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredOneOf, checkWith, type Errors } from '../validation/checks';
import { conditionEnvironment } from './match-condition-environment';
import { checkRule } from './validate-rules';

/** The version of AdmissionReview that this server speaks. */
export const reviewVersion = 'v1';

const timeoutRange = [1, 30] as const;
const conditionsMax = 64;

/** Decoding drops what is empty: any of it may be missing. */
type LooseWebhook = Partial<MutatingWebhook>;

function checkUrl(out: Errors, field: string, text: string): void {
  const form = 'scheme://host/path';
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    out.push(fieldError.required(field, `url must be a valid URL: ${error instanceof Error ? error.message : String(error)}; desired format: https://host[/path]`));
    return;
  }
  if (url.protocol !== 'https:') out.push(fieldError.invalid(field, url.protocol.replace(':', ''), `'https' is the only allowed URL scheme; desired format: ${form.replace('scheme', 'https')}`));
  if (!url.host) out.push(fieldError.invalid(field, '', 'host must be specified; desired format: https://host[/path]'));
  if (url.username || url.password) out.push(fieldError.invalid(field, text, 'user information is not permitted in the URL'));
  if (url.hash) out.push(fieldError.invalid(field, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search) out.push(fieldError.invalid(field, url.search.slice(1), 'query parameters are not permitted in the URL'));
}

function checkClientConfig(out: Errors, field: string, { url, service }: Partial<AdmissionregistrationV1WebhookClientConfig>): void {
  if ((url === undefined) === (service === undefined)) out.push(fieldError.required(field, 'exactly one of url or service is required'));
  if (url !== undefined) checkUrl(out, `${field}.url`, url);
  if (!service) return;
  checkRequired(out, `${field}.service.name`, service.name);
  checkRequired(out, `${field}.service.namespace`, service.namespace);
  if (service.port !== undefined && (service.port < 1 || service.port > 65_535)) out.push(fieldError.invalid(`${field}.service.port`, service.port, 'port is not valid: must be between 1 and 65535, inclusive'));
  if (service.path !== undefined && !service.path.startsWith('/')) out.push(fieldError.invalid(`${field}.service.path`, service.path, "must start with a '/'"));
}

function checkConditions(out: Errors, field: string, conditions: readonly MatchCondition[]): void {
  if (conditions.length > conditionsMax) out.push(fieldError.tooMany(field, conditionsMax));
  conditions.forEach(({ name, expression }, i) => {
    checkRequired(out, `${field}[${i}].name`, name);
    if (conditions.findIndex((other) => other.name === name) < i) out.push(fieldError.duplicate(`${field}[${i}].name`, name));
    if (!checkRequired(out, `${field}[${i}].expression`, expression?.trim())) return;
    try {
      compileExpression(expression, conditionEnvironment(), ['bool']);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      out.push(fieldError.invalid(`${field}[${i}].expression`, expression, error.message));
    }
  });
}

function checkWebhook(out: Errors, field: string, webhook: LooseWebhook): void {
  const { name = '', sideEffects, admissionReviewVersions = [] } = webhook;
  if (checkRequired(out, `${field}.name`, name)) {
    checkWith(out, `${field}.name`, name, validateDns1123Subdomain);
    if (name.split('.').length < 3) out.push(fieldError.invalid(`${field}.name`, name, 'should be a domain with at least three segments separated by dots'));
  }
  if (checkRequired(out, `${field}.admissionReviewVersions`, admissionReviewVersions) && !admissionReviewVersions.includes(reviewVersion)) {
    out.push(fieldError.invalid(`${field}.admissionReviewVersions`, admissionReviewVersions, `must include at least one of ${reviewVersion}`));
  }
  (webhook.rules ?? []).forEach((rule, i) => checkRule(out, `${field}.rules[${i}]`, rule));
  checkOneOf(out, `${field}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore']);
  checkOneOf(out, `${field}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact']);
  checkOneOf(out, `${field}.reinvocationPolicy`, webhook.reinvocationPolicy, ['IfNeeded', 'Never']);
  checkRequiredOneOf(out, `${field}.sideEffects`, sideEffects, ['None', 'NoneOnDryRun']);
  if (webhook.timeoutSeconds !== undefined && (webhook.timeoutSeconds < timeoutRange[0] || webhook.timeoutSeconds > timeoutRange[1])) {
    out.push(fieldError.invalid(`${field}.timeoutSeconds`, webhook.timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
  }
  out.push(...validateLabelSelector(webhook.namespaceSelector, `${field}.namespaceSelector`), ...validateLabelSelector(webhook.objectSelector, `${field}.objectSelector`));
  checkClientConfig(out, `${field}.clientConfig`, webhook.clientConfig ?? {});
  checkConditions(out, `${field}.matchConditions`, webhook.matchConditions ?? []);
}

/** Mutating and validating configurations alike. */
export function validateWebhookConfiguration({ webhooks = [] }: MutatingWebhookConfiguration | ValidatingWebhookConfiguration): FieldError[] {
  const out: Errors = [];
  webhooks.forEach((webhook, i) => {
    checkWebhook(out, `webhooks[${i}]`, webhook);
    if (webhooks.findIndex(({ name }) => name === webhook.name) < i) out.push(fieldError.duplicate(`webhooks[${i}].name`, webhook.name));
  });
  return out;
}

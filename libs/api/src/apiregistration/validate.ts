import { fieldError, validateDns1035Label, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import type { APIService, APIServiceSpec } from '../generated/types';
import { checkPort, checkRequired, checkWith, type Errors } from '../validation/checks';

const groupPriorityMax = 20_000;
const versionPriorityMax = 1_000;

function checkLocal(out: Errors, { caBundle, insecureSkipTLSVerify }: APIServiceSpec): void {
  if (caBundle) out.push(fieldError.invalid('spec.caBundle', `${Buffer.from(caBundle, 'base64').length} bytes`, 'local APIServices may not have a caBundle'));
  if (insecureSkipTLSVerify) out.push(fieldError.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function checkRemote(out: Errors, { service, caBundle, insecureSkipTLSVerify }: APIServiceSpec): void {
  checkRequired(out, 'spec.service.namespace', service?.namespace);
  checkRequired(out, 'spec.service.name', service?.name);
  if (service?.port !== undefined) checkPort(out, 'spec.service.port', service.port);
  if (insecureSkipTLSVerify && caBundle) out.push(fieldError.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}

/** Upstream's ValidateAPIService. */
export function validateAPIService({ metadata, spec }: APIService): FieldError[] {
  const out: Errors = [];
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {};
  const name = metadata?.name ?? '';
  if (name !== `${version}.${group}`) out.push(fieldError.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(`${version}.${group}`)}`));
  if (group === '' && version !== 'v1') out.push(fieldError.required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') checkWith(out, 'spec.group', group, validateDns1123Subdomain);
  checkWith(out, 'spec.version', version, validateDns1035Label);
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > groupPriorityMax) out.push(fieldError.invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'));
  if (versionPriority <= 0 || versionPriority > versionPriorityMax) out.push(fieldError.invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  if (spec) (spec.service ? checkRemote : checkLocal)(out, spec);
  return out;
}

const statuses = ['True', 'False', 'Unknown'];

/** Upstream's ValidateAPIServiceStatus. */
export function validateAPIServiceStatus({ status }: APIService): FieldError[] {
  const out: Errors = [];
  (status?.conditions ?? []).forEach((condition, i) => {
    if (!statuses.includes(condition.status)) out.push(fieldError.notSupported(`status.conditions[${i}].status`, condition.status, [...statuses].sort()));
  });
  return out;
}

/** The port of the Service that is meant when none is named. */
export function defaultAPIService({ spec }: APIService): void {
  if (spec?.service) spec.service.port ??= 443;
}

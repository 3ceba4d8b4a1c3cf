import { isIP } from 'node:net';
import { fieldError, validateDns1035Label, validateDns1123Subdomain, validateDomainPrefixedPath, validatePathSegmentName, type FieldError } from '@typernetes/machinery';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressClass } from '../generated/types';
import { checkImmutable, checkPort, checkRequired, checkRequiredOneOf, checkRequiredWith, checkWith, type Errors } from './checks';

const invalidSequences = ['//', '/./', '/../', '%2f', '%2F'];
const invalidSuffixes = ['/..', '/.'];
const classAnnotation = 'kubernetes.io/ingress.class';

function checkBackend(out: Errors, field: string, backend: IngressBackend | undefined): void {
  const { resource, service } = backend ?? {};
  if (resource && service) out.push(fieldError.invalid(field, '', 'cannot set both resource and service backends'));
  else if (resource) {
    checkRequired(out, `${field}.resource.kind`, resource.kind);
    checkRequired(out, `${field}.resource.name`, resource.name);
  } else if (service) {
    checkRequiredWith(out, `${field}.service.name`, service.name, validateDns1035Label);
    const { name, number } = service.port ?? {};
    if (name && number) out.push(fieldError.invalid(field, '', 'cannot set both port name & port number'));
    else if (number) checkPort(out, `${field}.service.port.number`, number);
    else if (!name) out.push(fieldError.required(field, 'port name or number is required'));
  } else out.push(fieldError.invalid(field, '', 'resource or service backend is required'));
}

function checkPath(out: Errors, field: string, { path = '', pathType, backend }: HTTPIngressPath): void {
  if (!pathType) out.push(fieldError.required(`${field}.pathType`, 'pathType must be specified'));
  else if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) out.push(fieldError.invalid(`${field}.path`, path, 'must be an absolute path'));
    for (const part of invalidSequences) if (path.includes(part)) out.push(fieldError.invalid(`${field}.path`, path, `must not contain '${part}'`));
    for (const end of invalidSuffixes) if (path.endsWith(end)) out.push(fieldError.invalid(`${field}.path`, path, `cannot end with '${end}'`));
  } else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) out.push(fieldError.invalid(`${field}.path`, path, 'must be an absolute path'));
  } else out.push(fieldError.notSupported(`${field}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  checkBackend(out, `${field}.backend`, backend);
}

/** A domain; its first label may be `*`. */
const checkHost = (out: Errors, field: string, host: string): void => checkWith(out, field, host.replace(/^\*\./, ''), validateDns1123Subdomain);

export function validateIngressCreate(ingress: Ingress): FieldError[] {
  const out = checkIngress(ingress);
  const annotation = ingress.metadata?.annotations?.[classAnnotation];
  if (annotation !== undefined && ingress.spec?.ingressClassName !== undefined) {
    out.push(fieldError.invalid(`annotations[${classAnnotation}]`, annotation, 'can not be set when the class field is also set'));
  }
  return out;
}

function checkIngress({ spec = {} }: Ingress): Errors {
  const out: Errors = [];
  const { rules, tls, defaultBackend, ingressClassName } = spec;
  if (!rules?.length && !defaultBackend) out.push(fieldError.invalid('spec', rules ?? [], 'either `defaultBackend` or `rules` must be specified'));
  tls?.forEach(({ hosts, secretName }, i) => {
    hosts?.forEach((host, h) => checkHost(out, `spec.tls[${i}].hosts[${h}]`, host));
    if (secretName) checkWith(out, `spec.tls[${i}].secretName`, secretName, validateDns1123Subdomain);
  });
  if (defaultBackend) checkBackend(out, 'spec.defaultBackend', defaultBackend);
  rules?.forEach(({ host, http }, i) => {
    if (host && isIP(host)) out.push(fieldError.invalid(`spec.rules[${i}].host`, host, 'must be a DNS name, not an IP address'));
    else if (host) checkHost(out, `spec.rules[${i}].host`, host);
    if (!http) return;
    const field = `spec.rules[${i}].http.paths`;
    checkRequired(out, field, http.paths);
    http.paths?.forEach((path, p) => checkPath(out, `${field}[${p}]`, path));
  });
  if (ingressClassName !== undefined) checkWith(out, 'spec.ingressClassName', ingressClassName, validateDns1123Subdomain);
  return out;
}

export const validateIngressUpdate = (next: Ingress, _previous: Ingress): FieldError[] => checkIngress(next);

export function validateIngressStatusUpdate({ status }: Ingress, _previous: Ingress): FieldError[] {
  const out: Errors = [];
  status?.loadBalancer?.ingress?.forEach(({ ip, hostname }, i) => {
    const field = `status.loadBalancer.ingress[${i}]`;
    if (ip && !isIP(ip)) out.push(fieldError.invalid(`${field}.ip`, ip, 'must be a valid IP address'));
    if (!hostname) return;
    checkWith(out, `${field}.hostname`, hostname, validateDns1123Subdomain);
    if (isIP(hostname)) out.push(fieldError.invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return out;
}

const controllerMax = 250;

export function validateIngressClassCreate({ spec = {} }: IngressClass): FieldError[] {
  const out: Errors = [];
  const { controller = '', parameters } = spec;
  if (controller.length > controllerMax) out.push(fieldError.tooLong('spec.controller', controllerMax));
  for (const text of validateDomainPrefixedPath(controller, 'spec.controller')) {
    out.push(controller ? fieldError.invalid('spec.controller', controller, text) : fieldError.required('spec.controller'));
  }
  if (!parameters) return out;
  const field = 'spec.parameters';
  const segment = (name: string): string[] => validatePathSegmentName(name);
  if (parameters.apiGroup) checkWith(out, `${field}.apiGroup`, parameters.apiGroup, validateDns1123Subdomain);
  checkRequiredWith(out, `${field}.kind`, parameters.kind, segment);
  checkRequiredWith(out, `${field}.name`, parameters.name, segment);
  checkRequiredOneOf(out, `${field}.scope`, parameters.scope, ['Cluster', 'Namespace']);
  if (parameters.scope === 'Namespace') checkRequired(out, `${field}.namespace`, parameters.namespace);
  if (parameters.scope === 'Cluster' && parameters.namespace !== undefined) {
    out.push(fieldError.forbidden(`${field}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return out;
}

export function validateIngressClassUpdate(next: IngressClass, previous: IngressClass): FieldError[] {
  const out = validateIngressClassCreate(next);
  checkImmutable(out, 'spec.controller', [next.spec?.controller, previous.spec?.controller]);
  return out;
}

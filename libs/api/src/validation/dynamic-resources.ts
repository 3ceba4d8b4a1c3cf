/** Claims, templates and classes of devices (KEP-4381 "Structured parameters"; API documentation "Dynamic Resource Allocation"). */
import { CelError, compileDeviceSelector } from '@typernetes/cel';
import { fieldError, validateDns1123Label, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import type { DeviceClaim, DeviceClass, DeviceClassConfiguration, DeviceRequest, DeviceSelector, DeviceSubRequest, DeviceToleration, ExactDeviceRequest, ResourceClaimStatus, ResourceClaimTemplate, ResourceV1ResourceClaim } from '../generated/types';
import { checkImmutable, checkOneOf, checkRequired, checkRequiredWith, type Errors } from './checks';

/** Most entries of the lists of a claim, upstream's. */
const listMax = { requests: 32, constraints: 32, config: 32, selectors: 32, firstAvailable: 8, tolerations: 16, results: 32, reservedFor: 256 };
const expressionBytesMax = 10 * 1024;
const parametersBytesMax = 10 * 1024;

function checkSize(out: Errors, field: string, items: readonly unknown[] | undefined, max: number): void {
  if (items && items.length > max) out.push({ type: 'TooMany', field, value: items.length, detail: `must have at most ${max} items` });
}

/** Each name once. */
function checkUnique(out: Errors, field: (index: number) => string, names: readonly string[]): void {
  names.forEach((name, i) => {
    if (names.indexOf(name) < i) out.push(fieldError.duplicate(field(i), name));
  });
}

function checkExpression(out: Errors, field: string, expression: string): void {
  if (Buffer.byteLength(expression) > expressionBytesMax) {
    out.push({ type: 'TooLong', field, detail: `may not be more than ${expressionBytesMax} bytes` });
    return;
  }
  try {
    compileDeviceSelector(expression);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    out.push(fieldError.invalid(field, expression, error.message));
  }
}

function checkSelectors(out: Errors, field: string, selectors: readonly DeviceSelector[] | undefined): void {
  checkSize(out, field, selectors, listMax.selectors);
  selectors?.forEach(({ cel }, i) => {
    const path = `${field}[${i}].cel`;
    if (!checkRequired(out, path, cel)) return;
    if (!checkRequired(out, `${path}.expression`, cel?.expression)) return;
    checkExpression(out, `${path}.expression`, cel?.expression ?? '');
  });
}

/** A driver's name is a subdomain in lower case of at most 63 characters. */
export function checkDriverName(out: Errors, field: string, name: string | undefined): void {
  if (!checkRequired(out, field, name)) return;
  if ((name ?? '').length > 63) out.push({ type: 'TooLong', field, detail: 'may not be more than 63 bytes' });
  for (const text of validateDns1123Subdomain((name ?? '').toLowerCase())) out.push(fieldError.invalid(field, name, text));
}

function checkConfig(out: Errors, field: string, config: readonly DeviceClassConfiguration[] | undefined): void {
  checkSize(out, field, config, listMax.config);
  config?.forEach(({ opaque }, i) => {
    const path = `${field}[${i}].opaque`;
    if (!opaque) {
      out.push(fieldError.required(path));
      return;
    }
    checkDriverName(out, `${path}.driver`, opaque.driver);
    const { parameters } = opaque;
    if (parameters === undefined || parameters === null) out.push(fieldError.required(`${path}.parameters`));
    else if (typeof parameters !== 'object' || Array.isArray(parameters)) out.push(fieldError.invalid(`${path}.parameters`, '<value omitted>', 'error parsing data as JSON: parameters must be a valid JSON object'));
    else if (Buffer.byteLength(JSON.stringify(parameters)) > parametersBytesMax) out.push({ type: 'TooLong', field: `${path}.parameters`, detail: `may not be more than ${parametersBytesMax} bytes` });
  });
}

function checkTolerations(out: Errors, field: string, tolerations: readonly DeviceToleration[] | undefined): void {
  checkSize(out, field, tolerations, listMax.tolerations);
  tolerations?.forEach(({ operator, value, effect, key }, i) => {
    checkOneOf(out, `${field}[${i}].operator`, operator, ['Equal', 'Exists']);
    checkOneOf(out, `${field}[${i}].effect`, effect || undefined, ['NoExecute', 'NoSchedule', 'None']);
    if (operator === 'Exists' && value) out.push(fieldError.invalid(`${field}[${i}].value`, value, 'must be empty for operator `Exists`'));
    if (!key && operator === 'Equal') out.push(fieldError.required(`${field}[${i}].operator`, 'operator must be `Exists` when `key` is empty'));
  });
}

function checkWanted(out: Errors, field: string, { allocationMode, count, deviceClassName, selectors, tolerations }: DeviceSubRequest | ExactDeviceRequest): void {
  checkRequiredWith(out, `${field}.deviceClassName`, deviceClassName, validateDns1123Subdomain);
  checkSelectors(out, `${field}.selectors`, selectors);
  checkOneOf(out, `${field}.allocationMode`, allocationMode, ['All', 'ExactCount']);
  if (allocationMode === 'All' && count) out.push(fieldError.invalid(`${field}.count`, count, "must not be specified when allocationMode is 'All'"));
  if (allocationMode === 'ExactCount' && (count ?? 0) <= 0) out.push(fieldError.invalid(`${field}.count`, count ?? 0, 'must be greater than zero'));
  checkTolerations(out, `${field}.tolerations`, tolerations);
}

function checkRequest(out: Errors, field: string, request: DeviceRequest): void {
  const { name, exactly, firstAvailable } = request;
  checkRequiredWith(out, `${field}.name`, name, validateDns1123Label);
  const hasAlternatives = (firstAvailable?.length ?? 0) > 0;
  if (exactly && hasAlternatives) out.push(fieldError.invalid(field, request, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set'));
  if (!exactly && !hasAlternatives) out.push(fieldError.required(field, 'exactly one of `exactly` or `firstAvailable` is required'));
  if (exactly) checkWanted(out, `${field}.exactly`, exactly);
  checkSize(out, `${field}.firstAvailable`, firstAvailable, listMax.firstAvailable);
  firstAvailable?.forEach((alternative, i) => {
    checkRequiredWith(out, `${field}.firstAvailable[${i}].name`, alternative.name, validateDns1123Label);
    checkWanted(out, `${field}.firstAvailable[${i}]`, alternative);
  });
  checkUnique(out, (i) => `${field}.firstAvailable[${i}]`, firstAvailable?.map((alternative) => alternative.name) ?? []);
}

/** Constraints and configuration name requests, or one alternative of a request as `<request>/<alternative>`. */
function checkReferences(out: Errors, field: string, names: readonly string[] | undefined, requests: readonly DeviceRequest[]): void {
  const known = new Set(requests.flatMap(({ name, firstAvailable }) => [name, ...(firstAvailable ?? []).map((alternative) => `${name}/${alternative.name}`)]));
  checkSize(out, field, names, listMax.requests);
  checkUnique(out, (i) => `${field}[${i}]`, names ?? []);
  names?.forEach((name, i) => {
    if (!known.has(name)) out.push(fieldError.invalid(`${field}[${i}]`, name, 'must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\''));
  });
}

function checkDevices(out: Errors, field: string, { requests = [], constraints, config }: DeviceClaim): void {
  checkSize(out, `${field}.requests`, requests, listMax.requests);
  requests.forEach((request, i) => checkRequest(out, `${field}.requests[${i}]`, request));
  checkUnique(out, (i) => `${field}.requests[${i}].name`, requests.map(({ name }) => name));
  checkSize(out, `${field}.constraints`, constraints, listMax.constraints);
  constraints?.forEach(({ matchAttribute, distinctAttribute, requests: names }, i) => {
    checkReferences(out, `${field}.constraints[${i}].requests`, names, requests);
    if (!matchAttribute && !distinctAttribute) out.push(fieldError.required(`${field}.constraints[${i}].matchAttribute`));
  });
  checkConfig(out, `${field}.config`, config);
  config?.forEach(({ requests: names }, i) => checkReferences(out, `${field}.config[${i}].requests`, names, requests));
}

export function validateResourceClaimCreate({ spec }: ResourceV1ResourceClaim): FieldError[] {
  const out: Errors = [];
  if (spec?.devices) checkDevices(out, 'spec.devices', spec.devices);
  return out;
}

export function validateResourceClaimUpdate(next: ResourceV1ResourceClaim, previous: ResourceV1ResourceClaim): FieldError[] {
  const out = validateResourceClaimCreate(next);
  checkImmutable(out, 'spec', [next.spec, previous.spec]);
  return out;
}

function checkAllocation(out: Errors, { allocation }: ResourceClaimStatus, spec: ResourceV1ResourceClaim['spec'] | undefined): void {
  const field = 'status.allocation.devices.results';
  const results = allocation?.devices?.results;
  checkSize(out, field, results, listMax.results);
  results?.forEach(({ driver, pool, device, request }, i) => {
    checkReferences(out, `${field}[${i}].request`, [request], spec?.devices?.requests ?? []);
    checkDriverName(out, `${field}[${i}].driver`, driver);
    checkRequired(out, `${field}[${i}].pool`, pool);
    checkRequiredWith(out, `${field}[${i}].device`, device, validateDns1123Label);
  });
}

/** Who uses a claim needs an allocation, and what is allocated stays so while it is there. */
export function validateResourceClaimStatusUpdate({ spec, status = {}, metadata }: ResourceV1ResourceClaim, previous: ResourceV1ResourceClaim): FieldError[] {
  const out: Errors = [];
  const { allocation, reservedFor = [] } = status;
  checkAllocation(out, status, spec);
  checkSize(out, 'status.reservedFor', reservedFor, listMax.reservedFor);
  reservedFor.forEach(({ resource, name, uid }, i) => {
    checkRequired(out, `status.reservedFor[${i}].resource`, resource);
    checkRequired(out, `status.reservedFor[${i}].name`, name);
    checkRequired(out, `status.reservedFor[${i}].uid`, uid);
  });
  checkUnique(out, (i) => `status.reservedFor[${i}].uid`, reservedFor.map(({ uid }) => uid));
  if (reservedFor.length > 0 && !allocation) out.push(fieldError.forbidden('status.reservedFor', 'may not be specified when `allocated` is not set'));
  const known = new Set(previous.status?.reservedFor?.map(({ uid }) => uid));
  if (metadata?.deletionTimestamp && reservedFor.some(({ uid }) => !known.has(uid))) out.push(fieldError.forbidden('status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'));
  if (allocation && previous.status?.allocation) checkImmutable(out, 'status.allocation', [allocation, previous.status.allocation]);
  return out;
}

export function validateResourceClaimTemplateCreate({ spec }: ResourceClaimTemplate): FieldError[] {
  const out: Errors = [];
  if (spec?.spec?.devices) checkDevices(out, 'spec.spec.devices', spec.spec.devices);
  return out;
}

export function validateResourceClaimTemplateUpdate(next: ResourceClaimTemplate, previous: ResourceClaimTemplate): FieldError[] {
  const out = validateResourceClaimTemplateCreate(next);
  checkImmutable(out, 'spec', [next.spec, previous.spec]);
  return out;
}

export function validateDeviceClassCreate({ spec }: DeviceClass): FieldError[] {
  const out: Errors = [];
  checkSelectors(out, 'spec.selectors', spec?.selectors);
  checkConfig(out, 'spec.config', spec?.config);
  return out;
}

export const validateDeviceClassUpdate = (next: DeviceClass, _previous: DeviceClass): FieldError[] => validateDeviceClassCreate(next);

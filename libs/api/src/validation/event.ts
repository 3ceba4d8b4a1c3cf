/** Events of both groups. Core events without eventTime are of the old form, of which little is asked. */
import { fieldError, validateDns1123Subdomain, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { CoreV1Event, EventsV1Event } from '../generated/types';
import { checkImmutable, checkRequired, checkRequiredWith, checkWith, type Errors } from './checks';

const reasonMax = 128;
const actionMax = 128;
const instanceMax = 128;
const noteMax = 1024;

function checkInvolvedNamespace(out: Errors, field: string, { involved = '', own = '' }: { involved: string | undefined; own: string | undefined }): void {
  // What is of no namespace has its events in the default one.
  const isMatch = involved === '' ? own === '' || own === 'default' : own === involved;
  if (!isMatch) out.push(fieldError.invalid(field, involved, 'does not match event.namespace'));
  if (own) checkWith(out, 'namespace', own, validateDns1123Subdomain);
}

interface EventParts {
  reportingController: string | undefined;
  reportingInstance: string | undefined;
  action: string | undefined;
  reason: string | undefined;
  type: string | undefined;
  note: string | undefined;
}

function checkLength(out: Errors, field: string, value: string | undefined, max: number): void {
  if (value !== undefined && Buffer.byteLength(value) > max) out.push(fieldError.invalid(field, '', `can have at most ${max} characters`));
}

/** What an event with eventTime must say. */
function checkParts(out: Errors, parts: EventParts): void {
  checkRequiredWith(out, 'reportingController', parts.reportingController, validateQualifiedName);
  if (checkRequired(out, 'reportingInstance', parts.reportingInstance)) checkLength(out, 'reportingInstance', parts.reportingInstance, instanceMax);
  if (checkRequired(out, 'action', parts.action)) checkLength(out, 'action', parts.action, actionMax);
  if (checkRequired(out, 'reason', parts.reason)) checkLength(out, 'reason', parts.reason, reasonMax);
  checkLength(out, 'message', parts.note, noteMax);
  if (parts.type !== 'Normal' && parts.type !== 'Warning') out.push(fieldError.invalid('type', '', `has invalid value: ${parts.type ?? ''}`));
}

export function validateEventCreate(event: CoreV1Event): FieldError[] {
  const out: Errors = [];
  checkInvolvedNamespace(out, 'involvedObject.namespace', { involved: event.involvedObject?.namespace, own: event.metadata?.namespace });
  if (event.eventTime) checkParts(out, { ...partsOf(event), reportingController: event.reportingComponent, note: event.message });
  return out;
}

const partsOf = ({ reportingInstance, action, reason, type }: CoreV1Event | EventsV1Event) => ({ reportingInstance, action, reason, type });

export function validateEventUpdate(next: CoreV1Event, previous: CoreV1Event): FieldError[] {
  const out = validateEventCreate(next);
  // Old clients count their events up, which changes any of them.
  if (!next.eventTime && !previous.eventTime) return out;
  for (const field of ['involvedObject', 'reason', 'eventTime', 'reportingComponent', 'reportingInstance', 'action', 'related', 'type'] as const) {
    checkImmutable(out, field === 'reportingComponent' ? 'reportingController' : field, [next[field], previous[field]]);
  }
  return out;
}

export function validateEventV1Create(event: EventsV1Event): FieldError[] {
  const out: Errors = [];
  checkInvolvedNamespace(out, 'involvedObject.namespace', { involved: event.regarding?.namespace, own: event.metadata?.namespace });
  checkRequired(out, 'eventTime', event.eventTime);
  checkParts(out, { ...partsOf(event), reportingController: event.reportingController, note: event.note });
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, deprecatedSource } = event;
  if (deprecatedFirstTimestamp) out.push(fieldError.invalid('firstTimestamp', '', 'needs to be unset'));
  if (deprecatedLastTimestamp) out.push(fieldError.invalid('lastTimestamp', '', 'needs to be unset'));
  if (deprecatedCount) out.push(fieldError.invalid('count', '', 'needs to be unset'));
  if (deprecatedSource?.component || deprecatedSource?.host) out.push(fieldError.invalid('source', '', 'needs to be unset'));
  return out;
}

export function validateEventV1Update(next: EventsV1Event, previous: EventsV1Event): FieldError[] {
  const out: Errors = [];
  for (const field of ['regarding', 'reason', 'note', 'eventTime', 'reportingController', 'reportingInstance', 'action', 'related', 'type'] as const) {
    const name = field === 'regarding' ? 'involvedObject' : field === 'note' ? 'message' : field;
    checkImmutable(out, name, [next[field], previous[field]]);
  }
  if (next.series && !(next.series.count >= 2)) out.push(fieldError.invalid('series.count', '', 'should be at least 2'));
  return out;
}

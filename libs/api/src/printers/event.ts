import type { CoreV1Event, EventsV1Event } from '../generated/types';
import type { TablePrinter } from '../kind';
import { columns, nameOf, since, wide } from './cells';

const eventColumns = columns('event', ['Last Seen', 'Type', 'Reason', 'Object', wide('Subobject'), wide('Source'), 'Message', wide('First Seen'), wide('Count'), wide('Name')]);

/** What both groups' events have in common when they are shown. */
interface ShownEvent {
  name: string;
  first?: string;
  last?: string;
  type?: string;
  reason?: string;
  involved?: { kind?: string; name?: string; fieldPath?: string };
  source: string[];
  message?: string;
  count: number;
}

function rowOf(event: ShownEvent, nowMs: number): string[] {
  const { involved } = event;
  const kind = involved?.kind?.toLowerCase() ?? '';
  return [
    since(event.last ?? event.first, nowMs),
    event.type ?? '',
    event.reason ?? '',
    involved?.name ? `${kind}/${involved.name}` : kind,
    involved?.fieldPath ?? '',
    event.source.filter(Boolean).join(', '),
    (event.message ?? '').trim(),
    since(event.first ?? event.last, nowMs),
    String(event.count),
    event.name,
  ];
}

export const coreEventPrinter: TablePrinter<CoreV1Event> = {
  columns: eventColumns,
  row: (event, nowMs) =>
    rowOf(
      {
        name: nameOf(event),
        first: event.firstTimestamp ?? event.eventTime,
        last: event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime,
        type: event.type,
        reason: event.reason,
        involved: event.involvedObject,
        source: event.source?.component ? [event.source.component, event.source.host ?? ''] : [event.reportingComponent ?? '', event.reportingInstance ?? ''],
        message: event.message,
        count: event.series?.count ?? event.count ?? 1,
      },
      nowMs,
    ),
};

export const eventPrinter: TablePrinter<EventsV1Event> = {
  columns: eventColumns,
  row: (event, nowMs) =>
    rowOf(
      {
        name: nameOf(event),
        first: event.deprecatedFirstTimestamp ?? event.eventTime,
        last: event.series?.lastObservedTime ?? event.deprecatedLastTimestamp ?? event.eventTime,
        type: event.type,
        reason: event.reason,
        involved: event.regarding,
        source: event.deprecatedSource?.component ? [event.deprecatedSource.component, event.deprecatedSource.host ?? ''] : [event.reportingController ?? '', event.reportingInstance ?? ''],
        message: event.note,
        count: event.series?.count ?? event.deprecatedCount ?? 1,
      },
      nowMs,
    ),
};

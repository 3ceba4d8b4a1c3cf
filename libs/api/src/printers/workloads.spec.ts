import type { DaemonSet, Deployment, Job, StatefulSet } from '../generated/types';
import type { TablePrinter } from '../kind';
import * as apps from './apps';
import * as batch from './batch';

const nowMs = Date.UTC(2026, 0, 2);
const metadata = { name: 'x', creationTimestamp: '2026-01-01T23:55:00Z' };
const spec = { selector: { matchLabels: { a: 'b' } }, template: { spec: { containers: [{ name: 'c', image: 'i:1' }, { name: 'd', image: 'j' }] } } };

/** Cells by column name. */
function cellsOf<T>(printer: TablePrinter<T>, object: T): Record<string, unknown> {
  const row = printer.row(object, nowMs);
  expect(row).toHaveLength(printer.columns.length);
  return Object.fromEntries(printer.columns.map(({ name }, i) => [name, row[i]]));
}

const wide = { Containers: 'c,d', Images: 'i:1,j', Selector: 'a=b' };

test('deployments', () => {
  const deployment: Deployment = { metadata, spec: { ...spec, replicas: 3 }, status: { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 } };
  expect(cellsOf(apps.deploymentPrinter, deployment)).toEqual({ Name: 'x', Ready: '2/3', 'Up-to-date': 1, Available: 2, Age: '5m', ...wide });
});

test('replica sets', () => {
  expect(cellsOf(apps.replicaSetPrinter, { metadata, spec: { ...spec, replicas: 3 }, status: { replicas: 2, readyReplicas: 1 } })).toEqual({ Name: 'x', Desired: 3, Current: 2, Ready: 1, Age: '5m', ...wide });
});

test('stateful sets', () => {
  const set: StatefulSet = { metadata, spec: { ...spec, replicas: 3 }, status: { replicas: 2, readyReplicas: 1 } };
  expect(cellsOf(apps.statefulSetPrinter, set)).toEqual({ Name: 'x', Ready: '1/3', Age: '5m', Containers: 'c,d', Images: 'i:1,j' });
});

test('daemon sets', () => {
  const status = { desiredNumberScheduled: 4, currentNumberScheduled: 3, numberReady: 2, updatedNumberScheduled: 1, numberAvailable: 2, numberMisscheduled: 0 };
  const set: DaemonSet = { metadata, spec: { ...spec, template: { spec: { ...spec.template.spec, nodeSelector: { os: 'linux' } } } }, status };
  expect(cellsOf(apps.daemonSetPrinter, set)).toEqual({ Name: 'x', Desired: 4, Current: 3, Ready: 2, 'Up-to-date': 1, Available: 2, 'Node Selector': 'os=linux', Age: '5m', ...wide });
});

test('controller revisions', () => {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', uid: 'u', controller: true }];
  expect(cellsOf(apps.controllerRevisionPrinter, { metadata: { ...metadata, ownerReferences }, revision: 2 })).toEqual({ Name: 'x', Controller: 'statefulset.apps/s', Revision: 2, Age: '5m' });
  expect(cellsOf(apps.controllerRevisionPrinter, { metadata, revision: 1 })).toMatchObject({ Controller: '<none>' });
});

test.each<[string, Job['status'], Partial<Job['spec']>, object]>([
  ['running', { startTime: '2026-01-01T23:58:00Z', succeeded: 1 }, { completions: 3 }, { Status: 'Running', Completions: '1/3', Duration: '2m' }],
  ['complete', { startTime: '2026-01-01T23:58:00Z', completionTime: '2026-01-01T23:58:30Z', succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }, { completions: 1 }, { Status: 'Complete', Completions: '1/1', Duration: '30s' }],
  ['a work queue that waits', { conditions: [{ type: 'Suspended', status: 'True' }] }, { parallelism: 2 }, { Status: 'Suspended', Completions: '0/1 of 2', Duration: '' }],
])('jobs: %s', (_name, status, fields, expected) => {
  expect(cellsOf(batch.jobPrinter, { metadata, spec: { ...spec, ...fields }, status })).toEqual({ Name: 'x', Age: '5m', ...wide, ...expected });
});

test('cron jobs', () => {
  const job = { metadata, spec: { schedule: '@daily', suspend: false, jobTemplate: { spec: { template: spec.template } } }, status: { lastScheduleTime: '2026-01-01T23:59:00Z', active: [{}] } };
  expect(cellsOf(batch.cronJobPrinter, job)).toEqual({ Name: 'x', Schedule: '@daily', Timezone: '<none>', Suspend: false, Active: 1, 'Last Schedule': '60s', Age: '5m', ...wide, Selector: '<none>' });
});

test('disruption budgets', () => {
  expect(cellsOf(batch.podDisruptionBudgetPrinter, { metadata, spec: { maxUnavailable: '25%' }, status: { disruptionsAllowed: 1 } })).toEqual({ Name: 'x', 'Min Available': 'N/A', 'Max Unavailable': '25%', 'Allowed Disruptions': 1, Age: '5m' });
});

import type { TablePrinter } from '../kind';
import * as policies from './policies';
import * as storage from './storage';

const nowMs = Date.UTC(2026, 0, 2);
const metadata = { name: 'x', creationTimestamp: '2026-01-01T23:55:00Z' };

/** Cells by column name. */
function cellsOf<T>(printer: TablePrinter<T>, object: T): Record<string, unknown> {
  const row = printer.row(object, nowMs);
  expect(row).toHaveLength(printer.columns.length);
  return Object.fromEntries(printer.columns.map(({ name }, i) => [name, row[i]]));
}

test('volumes and claims', () => {
  const spec = { accessModes: ['ReadWriteMany', 'ReadWriteOnce'], capacity: { storage: '1Gi' }, claimRef: { namespace: 'n', name: 'c' }, storageClassName: 's', volumeMode: 'Filesystem' };
  expect(cellsOf(storage.persistentVolumePrinter, { metadata, spec, status: { phase: 'Bound' } })).toEqual({
    Name: 'x', Capacity: '1Gi', 'Access Modes': 'RWO,RWX', 'Reclaim Policy': '', Status: 'Bound', Claim: 'n/c', StorageClass: 's', VolumeAttributesClass: '<unset>', Reason: '', Age: '5m', VolumeMode: 'Filesystem',
  });
  const status = { phase: 'Bound', capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOncePod'] };
  expect(cellsOf(storage.persistentVolumeClaimPrinter, { metadata, spec: { volumeName: 'v' }, status })).toMatchObject({ Status: 'Bound', Volume: 'v', Capacity: '2Gi', 'Access Modes': 'RWOP' });
  const leaving = { metadata: { ...metadata, deletionTimestamp: metadata.creationTimestamp }, spec: {}, status };
  expect(cellsOf(storage.persistentVolumeClaimPrinter, leaving)).toMatchObject({ Status: 'Terminating', Volume: '', Capacity: '', 'Access Modes': '' });
});

test('classes', () => {
  const annotated = { ...metadata, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
  expect(cellsOf(storage.storageClassPrinter, { metadata: annotated, provisioner: 'p' })).toMatchObject({ Name: 'x (default)', Provisioner: 'p', AllowVolumeExpansion: 'false' });
  expect(cellsOf(policies.priorityClassPrinter, { metadata, value: 5, preemptionPolicy: 'Never' })).toEqual({ Name: 'x', Value: 5, 'Global-Default': false, Age: '5m', PreemptionPolicy: 'Never' });
});

test('quotas', () => {
  const status = { hard: { pods: '4', cpu: '2', 'limits.cpu': '3' }, used: { pods: '1' } };
  expect(cellsOf(policies.resourceQuotaPrinter, { metadata, status })).toEqual({ Name: 'x', Request: 'cpu: 0/2, pods: 1/4', Limit: 'limits.cpu: 0/3', Age: '5m' });
});

test('drivers', () => {
  expect(cellsOf(storage.csiDriverPrinter, { metadata, spec: { volumeLifecycleModes: ['Persistent'], tokenRequests: [{ audience: 'a' }] } })).toMatchObject({ TokenRequests: 'a', Modes: 'Persistent', AttachRequired: true });
  expect(cellsOf(storage.volumeAttachmentPrinter, { metadata, spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } })).toMatchObject({ Attacher: 'a', PV: 'v', Node: 'n', Attached: false });
});

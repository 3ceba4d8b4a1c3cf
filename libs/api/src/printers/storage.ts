import type { CSIDriver, CSINode, CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment, VolumeAttributesClass } from '../generated/types';
import type { Column, TablePrinter } from '../kind';
import { age, columns, integer, nameOf, wide } from './cells';

const unset = '<unset>';
const boolean = (name: string): { name: string; type: Column['type'] } => ({ name, type: 'boolean' });

const shortModes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };

/** Each mode once, in upstream's order. */
const modesText = (modes: readonly string[] | undefined): string =>
  Object.entries(shortModes).filter(([mode]) => modes?.includes(mode)).map(([, short]) => short).join(',');

/** The class may stand in an annotation from before it had a field. */
const classOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';

const phaseOf = ({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string => (metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''));

export const persistentVolumePrinter: TablePrinter<PersistentVolume> = {
  columns: columns('volume', [
    'Name', 'Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass', 'VolumeAttributesClass', 'Reason', 'Age', wide('VolumeMode'),
  ]),
  row(volume, nowMs) {
    const { spec, status } = volume;
    const claim = spec?.claimRef;
    return [
      nameOf(volume),
      spec?.capacity?.storage ?? '0',
      modesText(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? '',
      phaseOf(volume),
      claim ? `${claim.namespace}/${claim.name}` : '',
      classOf(volume),
      spec?.volumeAttributesClassName ?? unset,
      status?.reason ?? '',
      age(volume, nowMs),
      spec?.volumeMode ?? unset,
    ];
  },
};

export const persistentVolumeClaimPrinter: TablePrinter<PersistentVolumeClaim> = {
  columns: columns('claim', ['Name', 'Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass', 'Age', wide('VolumeMode')]),
  row(claim, nowMs) {
    const { spec, status } = claim;
    const isBound = Boolean(spec?.volumeName);
    return [
      nameOf(claim),
      phaseOf(claim),
      spec?.volumeName ?? '',
      isBound ? (status?.capacity?.storage ?? '0') : '',
      isBound ? modesText(status?.accessModes) : '',
      classOf(claim),
      spec?.volumeAttributesClassName ?? unset,
      age(claim, nowMs),
      spec?.volumeMode ?? unset,
    ];
  },
};

const defaultAnnotations = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export const storageClassPrinter: TablePrinter<StorageClass> = {
  columns: columns('storage class', ['Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age']),
  row(storageClass, nowMs) {
    const { annotations } = storageClass.metadata ?? {};
    const isDefault = defaultAnnotations.some((name) => annotations?.[name] === 'true');
    return [
      nameOf(storageClass) + (isDefault ? ' (default)' : ''),
      storageClass.provisioner,
      storageClass.reclaimPolicy ?? 'Delete',
      storageClass.volumeBindingMode ?? 'Immediate',
      String(storageClass.allowVolumeExpansion ?? false),
      age(storageClass, nowMs),
    ];
  },
};

export const volumeAttributesClassPrinter: TablePrinter<VolumeAttributesClass> = {
  columns: columns('class', ['Name', 'DriverName', 'Age']),
  row: (attributes, nowMs) => [nameOf(attributes), attributes.driverName, age(attributes, nowMs)],
};

export const volumeAttachmentPrinter: TablePrinter<VolumeAttachment> = {
  columns: columns('attachment', ['Name', 'Attacher', 'PV', 'Node', boolean('Attached'), 'Age']).map((column) => (column.name === 'Attacher' ? { ...column, format: 'name' } : column)),
  row: (attachment, nowMs) => [
    nameOf(attachment),
    attachment.spec.attacher,
    attachment.spec.source.persistentVolumeName ?? '',
    attachment.spec.nodeName,
    attachment.status?.attached ?? false,
    age(attachment, nowMs),
  ],
};

export const csiDriverPrinter: TablePrinter<CSIDriver> = {
  columns: columns('driver', ['Name', boolean('AttachRequired'), boolean('PodInfoOnMount'), boolean('StorageCapacity'), 'TokenRequests', boolean('RequiresRepublish'), 'Modes', 'Age']),
  row(driver, nowMs) {
    const { spec } = driver;
    return [
      nameOf(driver),
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      spec.tokenRequests?.length ? spec.tokenRequests.map(({ audience }) => audience).join(',') : unset,
      spec.requiresRepublish ?? false,
      spec.volumeLifecycleModes?.join(',') || '<none>',
      age(driver, nowMs),
    ];
  },
};

export const csiNodePrinter: TablePrinter<CSINode> = {
  columns: columns('node', ['Name', integer('Drivers'), 'Age']),
  row: (node, nowMs) => [nameOf(node), node.spec.drivers?.length ?? 0, age(node, nowMs)],
};

export const csiStorageCapacityPrinter: TablePrinter<CSIStorageCapacity> = {
  columns: columns('capacity', ['Name', 'StorageClassName', 'Capacity']),
  row: (capacity) => [nameOf(capacity), capacity.storageClassName, capacity.capacity ?? unset],
};

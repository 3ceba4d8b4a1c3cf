import type { DeviceClass, ResourceClaimTemplate, ResourceSlice, ResourceV1ResourceClaim } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from './cells';

export const deviceClassPrinter: TablePrinter<DeviceClass> = {
  columns: columns('device class', ['Name', 'Age']),
  row: (deviceClass, nowMs) => [nameOf(deviceClass), age(deviceClass, nowMs)],
};

function claimState({ metadata, status }: ResourceV1ResourceClaim): string {
  const isDeleted = metadata?.deletionTimestamp !== undefined;
  const isReserved = (status?.reservedFor?.length ?? 0) > 0;
  const use = status?.allocation ? (isReserved ? 'allocated,reserved' : 'allocated') : isDeleted ? '' : 'pending';
  return [isDeleted ? 'deleted' : '', use].filter(Boolean).join(',');
}

export const resourceClaimPrinter: TablePrinter<ResourceV1ResourceClaim> = {
  columns: columns('claim', ['Name', 'State', 'Age']),
  row: (claim, nowMs) => [nameOf(claim), claimState(claim), age(claim, nowMs)],
};

export const resourceClaimTemplatePrinter: TablePrinter<ResourceClaimTemplate> = {
  columns: columns('template', ['Name', 'Age']),
  row: (template, nowMs) => [nameOf(template), age(template, nowMs)],
};

export const resourceSlicePrinter: TablePrinter<ResourceSlice> = {
  columns: columns('slice', ['Name', 'Node', 'Driver', 'Pool', 'Age']),
  row: (slice, nowMs) => [nameOf(slice), slice.spec?.nodeName ?? '', slice.spec?.driver ?? '', slice.spec?.pool?.name ?? '', age(slice, nowMs)],
};

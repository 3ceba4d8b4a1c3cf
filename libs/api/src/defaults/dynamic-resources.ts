import type { DeviceClaim, DeviceSubRequest, DeviceToleration, ExactDeviceRequest, ResourceClaimSpec, ResourceClaimTemplate, ResourceV1ResourceClaim } from '../generated/types';

function defaultTolerations(tolerations: readonly DeviceToleration[] | undefined): void {
  for (const toleration of tolerations ?? []) toleration.operator ??= 'Equal';
}

function defaultRequest(request: DeviceSubRequest | ExactDeviceRequest): void {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
  defaultTolerations(request.tolerations);
}

function defaultClaim({ requests }: DeviceClaim): void {
  for (const { exactly, firstAvailable } of requests ?? []) {
    if (exactly) defaultRequest(exactly);
    firstAvailable?.forEach(defaultRequest);
  }
}

function defaultClaimSpec(spec: ResourceClaimSpec | undefined): void {
  if (spec?.devices) defaultClaim(spec.devices);
}

export function defaultResourceClaim({ spec, status }: ResourceV1ResourceClaim): void {
  defaultClaimSpec(spec);
  for (const { tolerations } of status?.allocation?.devices?.results ?? []) defaultTolerations(tolerations);
}

export const defaultResourceClaimTemplate = ({ spec }: ResourceClaimTemplate): void => defaultClaimSpec(spec?.spec);

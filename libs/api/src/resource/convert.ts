/** resource.k8s.io/v1beta1: requests and devices have their fields in other places than in v1. */
import type { KubernetesObject } from '@typernetes/machinery';
import type { ClaimRequest, Claiming, Listed, OldDevice, OldRequest } from './forms';
import type { Forms } from '../kind';

/** Fields of a request for exactly one kind of device: in v1beta1 they stand in the request itself. */
const exactFields = ['adminAccess', 'allocationMode', 'capacity', 'count', 'deviceClassName', 'selectors', 'tolerations'] as const;

function requestToStored(request: OldRequest): ClaimRequest {
  const { name, firstAvailable, ...exactly } = request;
  const isExact = exactFields.some((field) => exactly[field] !== undefined && exactly[field] !== '');
  return { name, ...(isExact ? { exactly } : {}), ...(firstAvailable ? { firstAvailable } : {}) };
}

const requestFromStored = ({ exactly, ...rest }: ClaimRequest): OldRequest => ({ ...rest, ...exactly });

/** A spec whose requests are in the other form. */
function withRequests<From, To>(spec: Claiming<From>, change: (request: From) => To): Claiming<To> {
  const { devices, ...rest } = spec;
  const { requests, ...others } = devices ?? {};
  return { ...rest, ...(devices ? { devices: { ...others, ...(requests ? { requests: requests.map(change) } : {}) } } : {}) };
}

const ofSpec = <Spec>(object: KubernetesObject, change: (spec: Spec) => unknown): KubernetesObject => {
  const { spec } = object as { spec?: Spec };
  return spec === undefined ? { ...object } : ({ ...object, spec: change(spec) } as KubernetesObject);
};

export const claimForms: Forms = {
  toStored: (object) => ofSpec<Claiming<OldRequest>>(object, (spec) => withRequests(spec, requestToStored)),
  fromStored: (object) => ofSpec<Claiming<ClaimRequest>>(object, (spec) => withRequests(spec, requestFromStored)),
};

const ofTemplate = <From, To>(object: KubernetesObject, change: (request: From) => To): KubernetesObject =>
  ofSpec<{ spec?: Claiming<From> }>(object, ({ spec, ...rest }) => ({ ...rest, ...(spec ? { spec: withRequests(spec, change) } : {}) }));

export const claimTemplateForms: Forms = { toStored: (object) => ofTemplate(object, requestToStored), fromStored: (object) => ofTemplate(object, requestFromStored) };

const deviceToStored = ({ name, basic }: OldDevice): Record<string, unknown> => ({ name, ...basic });
const deviceFromStored = ({ name, ...basic }: Record<string, unknown>): OldDevice => ({ name: String(name), basic });

const ofDevices = <From, To>(object: KubernetesObject, change: (device: From) => To): KubernetesObject =>
  ofSpec<Listed<From>>(object, ({ devices, ...rest }) => ({ ...rest, ...(devices ? { devices: devices.map(change) } : {}) }));

export const sliceForms: Forms = { toStored: (object) => ofDevices(object, deviceToStored), fromStored: (object) => ofDevices(object, deviceFromStored) };

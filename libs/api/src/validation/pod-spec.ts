import { fieldError, validateDns1123Label, validateDns1123Subdomain, validateQualifiedName } from '@typernetes/machinery';
import type { PodSpec, PodTemplateSpec } from '../generated/types';
import { checkAffinity, checkTolerations, checkTopologySpread } from './affinity';
import { checkBetween, checkIP, checkOneOf, checkRequired, checkRequiredOneOf, checkRequiredWith, checkWith, int32Max, type Errors } from './checks';
import { checkContainers, restartPolicies, type PodContext } from './container';
import { checkAnnotations, checkLabels } from './labels';
import { checkPodResources, checkResourceList } from './resources';
import { checkHostNetworkPorts, checkPodSecurity } from './security-context';
import { checkVolumes } from './volume';

const nameserversMax = 3;
const searchPathsMax = 32;
const searchBytesMax = 2048;
const defaultGraceSeconds = 30;

function checkDns(out: Errors, field: string, { dnsPolicy, dnsConfig }: PodSpec): void {
  checkRequiredOneOf(out, `${field}.dnsPolicy`, dnsPolicy, ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']);
  const path = `${field}.dnsConfig`;
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === 'None') {
    if (!dnsConfig) out.push(fieldError.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    else if (nameservers.length === 0) out.push(fieldError.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  }
  if (nameservers.length > nameserversMax) {
    out.push(fieldError.invalid(`${path}.nameservers`, nameservers, `must not have more than ${nameserversMax} nameservers`));
  }
  nameservers.forEach((ip, i) => checkIP(out, `${path}.nameservers[${i}]`, ip));
  if (searches.length > searchPathsMax) out.push(fieldError.invalid(`${path}.searches`, searches, `must not have more than ${searchPathsMax} search paths`));
  if (searches.join(' ').length > searchBytesMax) {
    out.push(fieldError.invalid(`${path}.searches`, searches, `must not have more than ${searchBytesMax} characters (including spaces) in the search list`));
  }
  // `.` alone, a dot at the end and underscores are fine in a search list.
  searches.forEach((search, i) => {
    if (search !== '.') checkWith(out, `${path}.searches[${i}]`, search, (name) => validateDns1123Subdomain(name.replace(/\.$/, '').replace(/_/g, '-').replace(/^-/, 'a')));
  });
  options.forEach(({ name }, i) => {
    if (!name) out.push(fieldError.required(`${path}.options[${i}]`, 'must not be empty'));
  });
}

function checkHostAliases(out: Errors, field: string, { hostAliases }: PodSpec): void {
  hostAliases?.forEach(({ ip, hostnames }, i) => {
    checkIP(out, `${field}.hostAliases[${i}].ip`, ip);
    hostnames?.forEach((name, h) => checkWith(out, `${field}.hostAliases[${i}].hostnames[${h}]`, name, validateDns1123Subdomain));
  });
}

function checkGates(out: Errors, field: string, { readinessGates, schedulingGates }: PodSpec): void {
  readinessGates?.forEach(({ conditionType }, i) => checkWith(out, `${field}.readinessGates[${i}].conditionType`, conditionType ?? '', validateQualifiedName));
  const names = new Set<string>();
  schedulingGates?.forEach(({ name }, i) => {
    checkWith(out, `${field}.schedulingGates[${i}]`, name ?? '', validateQualifiedName);
    if (names.has(name)) out.push(fieldError.duplicate(`${field}.schedulingGates[${i}]`, name));
    names.add(name);
  });
}

/** Names of other objects and of the pod's host. */
function checkNames(out: Errors, field: string, spec: PodSpec): void {
  const optional = (name: 'nodeName' | 'priorityClassName' | 'runtimeClassName' | 'serviceAccountName'): void => {
    const value = spec[name];
    if (value) checkWith(out, `${field}.${name}`, value, validateDns1123Subdomain);
  };
  optional('serviceAccountName');
  optional('nodeName');
  optional('priorityClassName');
  optional('runtimeClassName');
  if (spec.hostname) checkWith(out, `${field}.hostname`, spec.hostname, validateDns1123Label);
  if (spec.subdomain) checkWith(out, `${field}.subdomain`, spec.subdomain, validateDns1123Label);
  if (spec.hostnameOverride) checkHostnameOverride(out, field, spec);
  spec.imagePullSecrets?.forEach(({ name }, i) => checkRequired(out, `${field}.imagePullSecrets[${i}].name`, name));
}

const hostnameMax = 64;

function checkHostnameOverride(out: Errors, field: string, { hostnameOverride = '', setHostnameAsFQDN, hostNetwork }: PodSpec): void {
  const path = `${field}.hostnameOverride`;
  checkWith(out, path, hostnameOverride, validateDns1123Subdomain);
  if (hostnameOverride.length > hostnameMax) out.push(fieldError.tooLong(path, hostnameMax));
  if (setHostnameAsFQDN) out.push(fieldError.forbidden(`${field}.setHostnameAsFQDN`, 'may not be set to true when `hostnameOverride` is set'));
  if (hostNetwork) out.push(fieldError.forbidden(path, 'may not be set when `hostNetwork` is true'));
}

function checkOs(out: Errors, field: string, { os }: PodSpec): void {
  if (os) checkRequiredOneOf(out, `${field}.os.name`, os.name, ['linux', 'windows']);
}

function checkClaims(out: Errors, field: string, { resourceClaims }: PodSpec): void {
  const names = new Set<string>();
  resourceClaims?.forEach(({ name, resourceClaimName, resourceClaimTemplateName }, i) => {
    const path = `${field}.resourceClaims[${i}]`;
    checkRequiredWith(out, `${path}.name`, name, validateDns1123Label);
    if (names.has(name)) out.push(fieldError.duplicate(`${path}.name`, name));
    names.add(name);
    if (resourceClaimName && resourceClaimTemplateName) {
      out.push(fieldError.invalid(path, { name }, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'));
    } else if (!resourceClaimName && !resourceClaimTemplateName) {
      out.push(fieldError.invalid(path, { name }, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
  });
}

/** The whole PodSpec, of a pod or a template. Defaults are expected to be filled in. */
export function checkPodSpec(out: Errors, field: string, spec: PodSpec): void {
  const pod: PodContext = {
    volumes: new Set(spec.volumes?.map(({ name }) => name)),
    graceSeconds: spec.terminationGracePeriodSeconds ?? defaultGraceSeconds,
    hostUsers: spec.hostUsers !== false,
    os: spec.os?.name,
  };
  checkVolumes(out, `${field}.volumes`, spec.volumes);
  checkClaims(out, field, spec);
  checkContainers(out, field, { spec, pod });
  checkPodResources(out, `${field}.resources`, spec.resources);
  checkRequiredOneOf(out, `${field}.restartPolicy`, spec.restartPolicy, restartPolicies);
  checkDns(out, field, spec);
  checkLabels(out, `${field}.nodeSelector`, spec.nodeSelector);
  checkPodSecurity(out, field, spec);
  checkNames(out, field, spec);
  checkAffinity(out, `${field}.affinity`, spec.affinity);
  checkGates(out, field, spec);
  checkTolerations(out, `${field}.tolerations`, spec.tolerations);
  checkTopologySpread(out, `${field}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  checkHostAliases(out, field, spec);
  checkBetween(out, `${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, [1, int32Max]);
  checkOneOf(out, `${field}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  checkResourceList(out, `${field}.overhead`, spec.overhead);
  checkOs(out, field, spec);
  if (spec.hostNetwork) {
    checkHostNetworkPorts(out, `${field}.containers`, spec.containers);
    checkHostNetworkPorts(out, `${field}.initContainers`, spec.initContainers);
  }
}

/** A template: labels and annotations as in metadata, and a PodSpec. */
export function checkPodTemplateSpec(out: Errors, field: string, { metadata, spec }: PodTemplateSpec): void {
  checkLabels(out, `${field}.metadata.labels`, metadata?.labels);
  checkAnnotations(out, `${field}.metadata.annotations`, metadata?.annotations);
  if (!spec) {
    out.push(fieldError.required(`${field}.spec.containers`));
    return;
  }
  // On the node's network a template leaves the node's ports to the pod's defaults.
  checkPodSpec(out, `${field}.spec`, withHostPorts(spec));
  if (spec.ephemeralContainers?.length) out.push(fieldError.forbidden(`${field}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
}

function withHostPorts(spec: PodSpec): PodSpec {
  if (!spec.hostNetwork) return spec;
  const fill = (containers: PodSpec['containers']): PodSpec['containers'] =>
    containers.map((container) =>
      container.ports ? { ...container, ports: container.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })) } : container,
    );
  return {
    ...spec,
    ...(spec.containers ? { containers: fill(spec.containers) } : {}),
    ...(spec.initContainers ? { initContainers: fill(spec.initContainers) } : {}),
  };
}

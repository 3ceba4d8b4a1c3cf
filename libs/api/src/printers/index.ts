/** Which columns belong to which kind: one table. Kinds without a row are shown by name and date. */
import type { KubernetesObject } from '@typernetes/machinery';
import type { KindDefinition, ResourceType, TablePrinter } from '../kind';
import { resources } from '../resources';
import * as apps from './apps';
import { autoscalerPrinter } from './autoscaler';
import * as batch from './batch';
import { certificateSigningRequestPrinter } from './certificates';
import * as dynamic from './dynamic-resources';
import { endpointSlicePrinter, endpointsPrinter } from './endpoints';
import { coreEventPrinter, eventPrinter } from './event';
import * as flowcontrol from './flowcontrol';
import * as networking from './networking';
import { nodePrinter } from './node';
import { podPrinter } from './pod';
import * as policies from './policies';
import { servicePrinter } from './service';
import * as simple from './simple';
import * as storage from './storage';

/** A handle and the printer for its type; the pair is checked here and the type forgotten. */
function printerOf<T extends KubernetesObject>({ group, kind }: ResourceType<T>, printer: TablePrinter<T>): [string, TablePrinter<KubernetesObject>] {
  return [`${group}/${kind}`, printer as TablePrinter<KubernetesObject>];
}

const printers: ReadonlyMap<string, TablePrinter<KubernetesObject>> = new Map([
  printerOf(resources.pods, podPrinter),
  printerOf(resources.nodes, nodePrinter),
  printerOf(resources.services, servicePrinter),
  printerOf(resources.endpoints, endpointsPrinter),
  printerOf(resources.endpointSlices, endpointSlicePrinter),
  printerOf(resources.controllerRevisions, apps.controllerRevisionPrinter),
  printerOf(resources.daemonSets, apps.daemonSetPrinter),
  printerOf(resources.deployments, apps.deploymentPrinter),
  printerOf(resources.replicaSets, apps.replicaSetPrinter),
  printerOf(resources.statefulSets, apps.statefulSetPrinter),
  printerOf(resources.events, coreEventPrinter),
  printerOf(resources.eventsV1, eventPrinter),
  printerOf(resources.namespaces, simple.namespacePrinter),
  printerOf(resources.replicationControllers, simple.replicationControllerPrinter),
  printerOf(resources.secrets, simple.secretPrinter),
  printerOf(resources.configMaps, simple.configMapPrinter),
  printerOf(resources.serviceAccounts, simple.serviceAccountPrinter),
  printerOf(resources.leases, simple.leasePrinter),
  printerOf(resources.roleBindings, simple.roleBindingPrinter),
  printerOf(resources.clusterRoleBindings, simple.clusterRoleBindingPrinter),
  printerOf(resources.cronJobs, batch.cronJobPrinter),
  printerOf(resources.jobs, batch.jobPrinter),
  printerOf(resources.podDisruptionBudgets, batch.podDisruptionBudgetPrinter),
  printerOf(resources.persistentVolumes, storage.persistentVolumePrinter),
  printerOf(resources.persistentVolumeClaims, storage.persistentVolumeClaimPrinter),
  printerOf(resources.podTemplates, policies.podTemplatePrinter),
  printerOf(resources.resourceQuotas, policies.resourceQuotaPrinter),
  printerOf(resources.storageClasses, storage.storageClassPrinter),
  printerOf(resources.volumeAttributesClasses, storage.volumeAttributesClassPrinter),
  printerOf(resources.csiDrivers, storage.csiDriverPrinter),
  printerOf(resources.csiNodes, storage.csiNodePrinter),
  printerOf(resources.csiStorageCapacities, storage.csiStorageCapacityPrinter),
  printerOf(resources.volumeAttachments, storage.volumeAttachmentPrinter),
  printerOf(resources.flowSchemas, flowcontrol.flowSchemaPrinter),
  printerOf(resources.priorityLevelConfigurations, flowcontrol.priorityLevelConfigurationPrinter),
  printerOf(resources.deviceClasses, dynamic.deviceClassPrinter),
  printerOf(resources.resourceClaims, dynamic.resourceClaimPrinter),
  printerOf(resources.resourceClaimTemplates, dynamic.resourceClaimTemplatePrinter),
  printerOf(resources.resourceSlices, dynamic.resourceSlicePrinter),
  printerOf(resources.priorityClasses, policies.priorityClassPrinter),
  printerOf(resources.runtimeClasses, policies.runtimeClassPrinter),
  printerOf(resources.horizontalPodAutoscalers, autoscalerPrinter),
  printerOf(resources.certificateSigningRequests, certificateSigningRequestPrinter),
  printerOf(resources.ingresses, networking.ingressPrinter),
  printerOf(resources.ingressClasses, networking.ingressClassPrinter),
  printerOf(resources.networkPolicies, networking.networkPolicyPrinter),
  printerOf(resources.serviceCIDRs, networking.serviceCIDRPrinter),
  printerOf(resources.validatingAdmissionPolicies, policies.validatingPolicyPrinter),
  printerOf(resources.validatingAdmissionPolicyBindings, policies.validatingPolicyBindingPrinter),
  printerOf(resources.mutatingAdmissionPolicies, policies.mutatingPolicyPrinter),
  printerOf(resources.mutatingAdmissionPolicyBindings, policies.mutatingPolicyBindingPrinter),
  printerOf(resources.mutatingWebhookConfigurations, policies.mutatingWebhookPrinter),
  printerOf(resources.validatingWebhookConfigurations, policies.validatingWebhookPrinter),
  printerOf(resources.ipAddresses, networking.ipAddressPrinter),
]);

/** The kind with its columns. */
export function withPrinter(kind: KindDefinition): KindDefinition {
  const printer = kind.printer ?? printers.get(`${kind.group}/${kind.kind}`);
  return printer ? { ...kind, printer } : kind;
}

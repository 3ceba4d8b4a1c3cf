import type { Service } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, labelsText, listed, nameOf, wide } from './cells';

/** External addresses of a load balancer are cut at this length unless `-o wide` asks for all; tables ask for neither. */
const balancerWidthMax = 16;

export const servicePrinter: TablePrinter<Service> = {
  columns: columns('service', ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', wide('Selector')]),
  row(service, nowMs) {
    const { spec } = service;
    return [
      nameOf(service),
      spec?.type ?? '',
      spec?.clusterIP || spec?.clusterIPs?.[0] || '<none>',
      externalText(service),
      listed((spec?.ports ?? []).map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))),
      age(service, nowMs),
      labelsText(spec?.selector),
    ];
  },
};

function externalText({ spec, status }: Service): string {
  switch (spec?.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const ingress = [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))].join(',');
      const balancer = ingress.length > balancerWidthMax ? `${ingress.slice(0, balancerWidthMax - 3)}...` : ingress;
      const all = [...(balancer ? [balancer] : []), ...(spec.externalIPs ?? [])];
      return all.length ? all.join(',') : '<pending>';
    }
    default:
      return listed(spec?.externalIPs ?? []);
  }
}

import type { Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from '../generated/types';
import type { TablePrinter } from '../kind';
import { selectorText } from './apps';
import { age, columns, nameOf } from './cells';

const hostsMax = 3;

function hostsText({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).map(({ host }) => host ?? '').filter(Boolean);
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, hostsMax).join(',');
  return hosts.length > hostsMax ? `${shown} + ${hosts.length - hostsMax} more...` : shown;
}

export const ingressPrinter: TablePrinter<Ingress> = {
  columns: columns('ingress', ['Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age']),
  row: (ingress, nowMs) => [
    nameOf(ingress),
    ingress.spec?.ingressClassName ?? ingress.metadata?.annotations?.['kubernetes.io/ingress.class'] ?? '<none>',
    hostsText(ingress),
    (ingress.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean).join(','),
    ingress.spec?.tls?.length ? '80, 443' : '80',
    age(ingress, nowMs),
  ],
};

export const ingressClassPrinter: TablePrinter<IngressClass> = {
  columns: columns('ingress class', ['Name', 'Controller', 'Parameters', 'Age']),
  row(ingressClass, nowMs) {
    const { controller = '', parameters } = ingressClass.spec ?? {};
    const kind = parameters?.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters?.kind;
    return [nameOf(ingressClass), controller, parameters ? `${kind}/${parameters.name}` : '<none>', age(ingressClass, nowMs)];
  },
};

export const networkPolicyPrinter: TablePrinter<NetworkPolicy> = {
  columns: columns('network policy', ['Name', 'Pod-Selector', 'Age']),
  row: (policy, nowMs) => [nameOf(policy), selectorText(policy.spec?.podSelector ?? {}), age(policy, nowMs)],
};

export const serviceCIDRPrinter: TablePrinter<ServiceCIDR> = {
  columns: columns('range', ['Name', 'CIDRs', 'Age']),
  row: (range, nowMs) => [nameOf(range), (range.spec?.cidrs ?? []).join(','), age(range, nowMs)],
};

export const ipAddressPrinter: TablePrinter<IPAddress> = {
  columns: columns('address', ['Name', 'ParentRef']),
  row(address) {
    const parent = address.spec?.parentRef;
    if (!parent) return [nameOf(address), '<none>'];
    const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
    return [nameOf(address), [resource.toLowerCase(), parent.namespace, parent.name].filter(Boolean).join('/')];
  },
};

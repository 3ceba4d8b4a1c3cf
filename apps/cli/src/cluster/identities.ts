import { clusterAddresses, workerName, type ClusterSettings } from './settings';

/** One certificate, and where it is laid. */
export interface Identity {
  /** Directory below the state directory; a container mounts it as /etc/kubernetes. */
  component: string;
  /** Files are `pki/<file>.crt` and `pki/<file>.key`. */
  file: string;
  authority: 'ca' | 'etcd-ca' | 'front-proxy-ca';
  commonName: string;
  organization?: string;
  /** DNS names and IP addresses that a server answers by; none for a client's certificate alone. */
  names?: string[];
  /** `<kubeconfig>.conf` for the API with this certificate. */
  kubeconfig?: string;
}

const loopback = ['localhost', '127.0.0.1'];

function controlPlane(settings: ClusterSettings): Identity[] {
  const addresses = clusterAddresses(settings);
  const apiNames = [
    'apiserver', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local',
    ...loopback, addresses.apiserver, addresses.kubernetesService,
    ...[settings.apiBind.replace(/:\d+$/, '')].filter((host) => host !== '0.0.0.0' && host !== '127.0.0.1'),
  ];
  return [
    { component: 'etcd', file: 'etcd', authority: 'etcd-ca', commonName: 'etcd', names: ['etcd', addresses.etcd, ...loopback] },
    { component: 'apiserver', file: 'apiserver-etcd-client', authority: 'etcd-ca', commonName: 'kube-apiserver-etcd-client' },
    { component: 'apiserver', file: 'apiserver', authority: 'ca', commonName: 'kube-apiserver', names: apiNames },
    {
      component: 'apiserver',
      file: 'apiserver-kubelet-client',
      authority: 'ca',
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
    },
    { component: 'apiserver', file: 'front-proxy-client', authority: 'front-proxy-ca', commonName: 'front-proxy-client' },
    {
      component: 'scheduler',
      file: 'scheduler',
      authority: 'ca',
      commonName: 'system:kube-scheduler',
      names: ['scheduler', addresses.scheduler, ...loopback],
      kubeconfig: 'scheduler',
    },
    {
      component: 'controller-manager',
      file: 'controller-manager',
      authority: 'ca',
      commonName: 'system:kube-controller-manager',
      names: ['controller-manager', addresses.controllerManager, ...loopback],
      kubeconfig: 'controller-manager',
    },
    { component: 'admin', file: 'admin', authority: 'ca', commonName: 'kubernetes-admin', organization: 'system:masters', kubeconfig: 'admin' },
  ];
}

function worker(name: string, address: string): Identity[] {
  return [
    {
      component: name,
      file: 'kubelet',
      authority: 'ca',
      commonName: `system:node:${name}`,
      organization: 'system:nodes',
      names: [name, address, ...loopback],
      kubeconfig: 'kubelet',
    },
    { component: name, file: 'proxy', authority: 'ca', commonName: 'system:kube-proxy', kubeconfig: 'proxy' },
  ];
}

/** Every certificate of a cluster: each component has its own identity, and sees no other's key. */
export function clusterIdentities(settings: ClusterSettings): Identity[] {
  return [
    ...controlPlane(settings),
    ...clusterAddresses(settings).workers.flatMap((address, index) => worker(workerName(index), address)),
  ];
}

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { checkout, stateDirectory } from './paths';
import { clusterAddresses, workerName, type ClusterSettings } from './settings';
import { writeWhole } from './write-file';

/** Images of one cluster, and whether its nodes may be `privileged`. */
export interface ClusterParts {
  etcdImage: string;
  controlPlaneImage: string;
  nodeImage: string;
  dnsImage: string;
  /** Directory with the archive that nodes load. */
  imagesDirectory: string;
  privileged: boolean;
}

/** Variables of docker/compose.yaml and docker/node.yaml. */
export function composeVariables(settings: ClusterSettings, parts: ClusterParts): Record<string, string> {
  const addresses = clusterAddresses(settings);
  return {
    T8S_CLUSTER: settings.name,
    T8S_STATE: stateDirectory(settings.name),
    T8S_IMAGES: parts.imagesDirectory,
    T8S_ETCD_IMAGE: parts.etcdImage,
    T8S_CONTROL_PLANE_IMAGE: parts.controlPlaneImage,
    T8S_NODE_IMAGE: parts.nodeImage,
    T8S_PRIVILEGED: String(parts.privileged),
    T8S_API_BIND: settings.apiBind,
    T8S_NODE_CIDR: settings.nodeCidr,
    T8S_CLIENT_CIDR: addresses.clientCidr,
    T8S_GATEWAY: addresses.gateway,
    T8S_ETCD_IP: addresses.etcd,
    T8S_APISERVER_IP: addresses.apiserver,
    T8S_SCHEDULER_IP: addresses.scheduler,
    T8S_CONTROLLER_MANAGER_IP: addresses.controllerManager,
    T8S_POD_CIDR: settings.podCidr,
    T8S_SERVICE_CIDR: settings.serviceCidr,
    T8S_CLUSTER_DNS: addresses.clusterDns,
    T8S_LOAD_BALANCER_CIDR: addresses.loadBalancerCidr,
  };
}

interface WorkerService {
  extends: { file: string; service: string };
  container_name: string;
  hostname: string;
  environment: Record<string, string>;
  networks: { nodes: { ipv4_address: string } };
  volumes: string[];
  ports?: string[];
}

/** The compose file with one service per worker; each extends docker/node.yaml. */
export function workersFile(settings: ClusterSettings, nodeFile: string): string {
  const services: Record<string, WorkerService> = {};
  const volumes: Record<string, null> = {};
  const host = settings.apiBind.replace(/:\d+$/, '');
  for (const [index, address] of clusterAddresses(settings).workers.entries()) {
    const name = workerName(index);
    services[name] = {
      extends: { file: nodeFile, service: 'node' },
      container_name: `${settings.name}-${name}`,
      hostname: name,
      environment: { NODE_NAME: name, NODE_IP: address },
      networks: { nodes: { ipv4_address: address } },
      volumes: [
        `${stateDirectory(settings.name)}/${name}:/etc/kubernetes:ro`,
        `${name}-docker:/var/lib/docker`,
        `${name}-kubelet:/var/lib/kubelet`,
      ],
      // Every node answers on every node port, so the host's ports need to lead to one node only. Whoever may reach the
      // API may reach them.
      ...(settings.publish && index === 0 ? { ports: [`${host}:${settings.publish}:${settings.publish}`] } : {}),
    };
    volumes[`${name}-docker`] = null;
    volumes[`${name}-kubelet`] = null;
  }
  return stringify({ services, volumes });
}

/** Writes what `docker compose` needs beside the files in docker/. */
export async function writeComposeFiles(settings: ClusterSettings, parts: ClusterParts): Promise<void> {
  const directory = stateDirectory(settings.name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const variables = Object.entries(composeVariables(settings, parts));
  await writeWhole(path.join(directory, 'env'), variables.map(([key, value]) => `${key}=${value}\n`).join(''));
  await writeWhole(path.join(directory, 'workers.yaml'), workersFile(settings, path.join(checkout(), 'docker/node.yaml')));
}

import type { ApiServerAccess } from '@typernetes/component';
import { EnvironmentError, loadKubeconfig } from '@typernetes/component';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where the kubelet puts a pod's own identity. */
const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/** By kubeconfig where one is named, else with the pod's service account. */
export function resolveAccess(flags: { kubeconfig?: string; grpcServer?: string }): ApiServerAccess {
  if (flags.kubeconfig) {
    const access = loadKubeconfig(flags.kubeconfig);
    return { ...access, grpcServer: flags.grpcServer ?? access.grpcServer };
  }
  const tokenFile = path.join(serviceAccountDir, 'token');
  if (!existsSync(tokenFile)) throw new EnvironmentError('neither --kubeconfig is given nor a service account token mounted');
  if (!flags.grpcServer) throw new EnvironmentError('in a pod, --grpc-server must name the apiserver (host:port)');
  return {
    server: `https://${flags.grpcServer}`,
    grpcServer: flags.grpcServer,
    ca: readFileSync(path.join(serviceAccountDir, 'ca.crt')),
    tokenFile,
  };
}

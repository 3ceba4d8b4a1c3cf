import type { SubresourceHandlers } from '../pipeline/subresource';
import { execHandler } from './exec';
import type { KubeletCredentials } from './kubelets';
import { Kubelets } from './kubelets';
import { logHandler } from './log';
import type { ObjectReader } from '../pipeline/object-reader';
import { portForwardHandler } from './port-forward';

/** What users stream from and to containers. */
export function streamingHandlers(objects: ObjectReader, credentials: KubeletCredentials): SubresourceHandlers {
  const dependencies = { objects, kubelets: new Kubelets(credentials) };
  return {
    'pods/log': logHandler(dependencies),
    'pods/exec': execHandler(dependencies, 'exec'),
    'pods/attach': execHandler(dependencies, 'attach'),
    'pods/portforward': portForwardHandler(dependencies),
  };
}

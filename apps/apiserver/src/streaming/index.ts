import type { SubresourceHandlers } from '../pipeline/subresource';
import { execHandler } from './exec';
import { logHandler } from './log';
import type { StreamingDependencies } from './pod-target';
import { portForwardHandler } from './port-forward';

/** What users stream from and to containers. */
export function streamingHandlers(dependencies: StreamingDependencies): SubresourceHandlers {
  return {
    'pods/log': logHandler(dependencies),
    'pods/exec': execHandler(dependencies, 'exec'),
    'pods/attach': execHandler(dependencies, 'attach'),
    'pods/portforward': portForwardHandler(dependencies),
  };
}

import { Environment } from '@marcbachmann/cel-js';
import { registerLists } from './functions/lists';
import { registerNetworks } from './functions/networks';
import { registerQuantities } from './functions/quantities';
import { registerStrings } from './functions/strings';

let shared: Environment | undefined;

/** An environment of one's own, with all functions that Kubernetes' expressions have. */
export function newEnvironment(): Environment {
  if (!shared) {
    shared = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
    registerLists(shared);
    registerStrings(shared);
    registerQuantities(shared);
    registerNetworks(shared);
  }
  return shared.clone();
}

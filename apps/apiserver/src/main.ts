import { runMain } from '@typernetes/component';
import { configOf, declareFlags, type Flags } from './flags';
import { startApiserver } from './start';

void runMain<Flags>({
  name: 'apiserver',
  description: 'The Kubernetes API: HTTPS for everybody, gRPC for the components, etcd behind.',
  flags: declareFlags,
  start: (flags, context) => startApiserver(configOf(flags, context)),
});

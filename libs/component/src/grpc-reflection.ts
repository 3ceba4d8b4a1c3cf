import type { Server, ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { fileDescriptorSet } from '@typernetes/proto';

interface ReflectionVersion {
  definition: ServiceDefinition;
  implementation: UntypedServiceImplementation;
}

type Ask = (stream: ServerDuplexStream<unknown, unknown>) => void;

/** The services of each version of the reflection protocol, about the given protos. */
function versionsFor(protos: ConstructorParameters<typeof ReflectionService>[0]): ReflectionVersion[] {
  const versions: ReflectionVersion[] = [];
  new ReflectionService(protos).addToServer({ addService: (definition, implementation) => versions.push({ definition, implementation }) });
  return versions;
}

/**
 * Lets tools such as grpcurl ask a server for its services. Few ever ask, and to work out the answers for our protos
 * takes a third of a second: that waits for the first question.
 */
export function addReflection(server: Server): void {
  let loaded: ReflectionVersion[] | undefined;
  for (const [index, { definition, implementation }] of versionsFor({}).entries()) {
    const handlers = Object.keys(implementation).map((name): [string, Ask] => [
      name,
      (stream) => {
        loaded ??= versionsFor(loadFileDescriptorSetFromBuffer(Buffer.from(fileDescriptorSet, 'base64')));
        (loaded[index]?.implementation[name] as Ask)(stream);
      },
    ]);
    server.addService(definition, Object.fromEntries(handlers));
  }
}

import { EnvironmentError, grpcPortDefault } from '@typernetes/component';
import { configDefaults, replaceableComponents, type ReplaceableComponent } from './config';
import { nodesMax } from './pod-ranges';

const usage = (message: string): EnvironmentError => new EnvironmentError(message, 2);

/** @throws EnvironmentError for what is no port */
export function portOf(flag: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw usage(`${flag} ${text}: not a port`);
  return port;
}

/** Components look for the door at 6444 when nobody tells them: it is there beside the API's own usual port. */
export function grpcPortOf(text: string | undefined, port: number): number {
  if (text !== undefined) return portOf('--grpc-port', text);
  return port === configDefaults.port ? grpcPortDefault : 0;
}

/** @throws EnvironmentError for what is no number, or one for which there are no pod ranges */
export function countOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`--nodes ${text}: not a number of nodes`);
  if (Number(text) > nodesMax) throw usage(`--nodes ${text}: at most ${nodesMax}`);
  return Number(text);
}

/** Each may stand in a flag of its own, or several in one by comma. @throws EnvironmentError for a name that is none of ours */
export function componentsOf(texts: readonly string[]): ReplaceableComponent[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const found = replaceableComponents.find((component) => component === text);
      if (!found) throw usage(`--disable ${text}: must be one of ${replaceableComponents.join(', ')}`);
      return found;
    });
}

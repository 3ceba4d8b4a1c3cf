import type { Container } from '@typernetes/api';

/** A port by number or by the container's name for it. @throws Error for an unknown name */
export function portOf(container: Container, port: number | string): number {
  const number = Number(port);
  if (Number.isInteger(number) && number > 0) return number;
  const named = (container.ports ?? []).find(({ name }) => name === port);
  if (!named) throw new Error(`invalid port number: ${port}`);
  return named.containerPort;
}

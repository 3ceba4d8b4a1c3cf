import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { simulationFrom, type Simulation } from './simulation';

/** Reads a simulation from YAML text. @throws Error that names the place and what is wrong there */
export function parseSimulation(text: string, where: string): Simulation {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new Error(`${where}: ${error.message}`, { cause: error });
  return simulationFrom(document.toJS(), where);
}

/** A simulation from its document, its YAML text (with a line break) or a file. @throws Error as `parseSimulation` does */
export async function loadSimulation(source: object | string): Promise<Simulation> {
  if (typeof source === 'object') return simulationFrom(source, 'simulation');
  return source.includes('\n') ? parseSimulation(source, 'simulation') : parseSimulation(await readFile(source, 'utf8'), source);
}

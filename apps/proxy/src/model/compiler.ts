import type { EndpointSlice, Service } from '@typernetes/api';
import type { RulesetPart } from '../ruleset/ruleset';
import { servicePart } from '../ruleset/service-part';
import type { NodeFacts } from './node-facts';
import type { ServicePort } from './service-port';
import { servicePorts } from './service-port';

/** A Service with all its slices, in a stable order. */
export interface ServiceInput {
  service: Service;
  slices: readonly EndpointSlice[];
}

export interface CompiledService {
  key: string;
  service: Service;
  ports: readonly ServicePort[];
  parts: readonly RulesetPart[];
}

const sameSlices = (a: readonly EndpointSlice[], b: readonly EndpointSlice[]): boolean =>
  a.length === b.length && a.every((slice, index) => slice === b[index]);

/**
 * Remembers what each Service came to, so that a change costs the Service that changed. Objects of informers are never
 * mutated: the same object means the same rules.
 */
export class ServiceCompiler {
  private known = new Map<string, { input: ServiceInput; compiled: CompiledService }>();
  private zone = '';

  constructor(private readonly facts: NodeFacts) {}

  /** In the order of the keys, which decides who gets an address that two claim. `zone` is this node's. */
  compile(inputs: readonly ServiceInput[], zone = ''): CompiledService[] {
    if (zone !== this.zone) this.known = new Map();
    this.zone = zone;
    const next: typeof this.known = new Map();
    const result = inputs.map((input) => {
      const key = `${input.service.metadata?.namespace}/${input.service.metadata?.name}`;
      const previous = this.known.get(key);
      const unchanged = previous?.input.service === input.service && sameSlices(previous.input.slices, input.slices);
      const compiled = unchanged && previous ? previous.compiled : this.compileOne(key, input);
      next.set(key, { input, compiled });
      return compiled;
    });
    this.known = next;
    return result.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private compileOne(key: string, { service, slices }: ServiceInput): CompiledService {
    const ports = servicePorts(service, slices, { nodeName: this.facts.nodeName, zone: this.zone });
    return { key, service, ports, parts: ports.map((port) => servicePart(port, this.facts)) };
  }
}

import type { Node } from '@typernetes/api';
import type { ExtenderConfiguration } from '../config/configuration';
import type { Candidate } from '../core/victims';
import type { NodeInfo } from '../framework/node-info';
import type { PodInfo } from '../framework/pod-info';
import { bindError, bindingMessage, filterAnswer, filterMessage, preemptAnswer, preemptMessage, scoresAnswer, type FilterAnswer } from './messages';

/** Sends JSON to a verb of an extender. @throws Error when there is no good answer in time */
export type CallExtender = (url: string, body: object) => Promise<unknown>;

/** Upstream's extenders score from 0 to 10, plugins to 100. */
const scoreFactor = 10;

/** A service outside of the scheduler that has a say in its decisions (KubeSchedulerConfiguration.extenders). */
export class Extender {
  readonly name: string;

  constructor(
    private readonly config: ExtenderConfiguration,
    private readonly call: CallExtender,
  ) {
    this.name = config.urlPrefix;
  }

  get ignorable(): boolean {
    return this.config.ignorable;
  }

  get binds(): boolean {
    return this.config.bindVerb !== undefined;
  }

  get preempts(): boolean {
    return this.config.preemptVerb !== undefined;
  }

  /** One that manages resources has no say about pods that ask for none of them. */
  isInterestedIn({ pod, requests }: PodInfo): boolean {
    const { managedResources } = this.config;
    if (!managedResources.length) return true;
    const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    return managedResources.some(({ name }) => name in requests || containers.some(({ resources }) => resources?.limits?.[name] !== undefined));
  }

  /** Which of the nodes it lets pass, and why not the others. Without a verb: all. */
  async filter(pod: PodInfo, nodes: readonly NodeInfo[]): Promise<FilterAnswer> {
    const { filterVerb } = this.config;
    if (!filterVerb) return { passed: new Set(nodes.map(({ name }) => name)), rejections: new Map() };
    return filterAnswer(await this.send(filterVerb, filterMessage(pod, this.known(nodes))), nodes);
  }

  /** Weighted scores by node name, on the scale of the plugins' sums. */
  async prioritize(pod: PodInfo, nodes: readonly NodeInfo[]): Promise<ReadonlyMap<string, number>> {
    const { prioritizeVerb, weight } = this.config;
    if (!prioritizeVerb) return new Map();
    const scores = scoresAnswer(await this.send(prioritizeVerb, filterMessage(pod, this.known(nodes))));
    return new Map([...scores].map(([node, score]) => [node, score * weight * scoreFactor]));
  }

  /** Which candidates remain, with whom it wants to leave. */
  async preempt(pod: PodInfo, candidates: readonly Candidate[]): Promise<Candidate[]> {
    const { preemptVerb, nodeCacheCapable } = this.config;
    if (!preemptVerb) return [...candidates];
    return preemptAnswer(await this.send(preemptVerb, preemptMessage(pod, candidates, nodeCacheCapable)), candidates);
  }

  /** Binds the pod in the scheduler's stead. @throws Error with what the extender says */
  async bind(pod: PodInfo, nodeName: string): Promise<void> {
    const error = bindError(await this.send(this.config.bindVerb ?? '', bindingMessage(pod, nodeName)));
    if (error) throw new Error(error);
  }

  private known(nodes: readonly NodeInfo[]): { names: string[] } | { nodes: Node[] } {
    return this.config.nodeCacheCapable ? { names: nodes.map(({ name }) => name) } : { nodes: nodes.flatMap(({ node }) => node ?? []) };
  }

  private send(verb: string, body: object): Promise<unknown> {
    return this.call(`${this.config.urlPrefix.replace(/\/+$/, '')}/${verb}`, body);
  }
}

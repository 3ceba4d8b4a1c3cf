import type { Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { formatTime, hasReason, isConditionTrue, setCondition } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { ApiContact } from './api-contact';
import type { Heartbeat } from './node-health';
import { desiredTaints, heartbeatMark, observe, silentStatus } from './node-health';

const byNode = 'node';

/** Notices silent nodes, taints what is not well, and marks the pods of nodes that are not ready as not ready. */
export const nodeLifecycleController: ControllerDefinition = {
  name: 'node-lifecycle-controller',
  setUp(context) {
    const { informers, config } = context;
    const nodes = informers.informer(resources.nodes);
    const leases = informers.informer(resources.leases, { namespace: 'kube-node-lease' });
    const pods = informers.informer(resources.pods);
    pods.addIndex(byNode, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
    const monitor = new NodeMonitor(context);
    const loop = newController(context, this.name, async (name) => {
      const node = nodes.get(name);
      if (!node) return monitor.forget(name);
      await monitor.check(node, leases.get(`kube-node-lease/${name}`), pods.byIndex(byNode, name));
      return { requeueAfterMs: config.nodeMonitorPeriodMs };
    });
    const enqueue = (node: Node): void => loop.enqueue(node.metadata?.name ?? '');
    nodes.onChange({ added: enqueue, updated: enqueue, deleted: enqueue });
    return async (signal) => {
      await Promise.all([loop.run(signal), monitor.keepContact(signal)]);
    };
  },
};

/** A living kubelet has renewed its Lease (every 10 s) this long after the API is back. */
const settleMs = 15_000;

class NodeMonitor {
  private readonly heartbeats = new Map<string, Heartbeat>();
  private readonly contact;
  private readonly events;

  constructor(private readonly context: ControllerContext) {
    this.events = context.events('node-controller');
    const { nodeMonitorGracePeriodMs, nodeMonitorPeriodMs } = context.config;
    this.contact = new ApiContact(Math.min(settleMs, nodeMonitorGracePeriodMs), 3 * nodeMonitorPeriodMs);
  }

  /** Asks the API for something small, over and over. */
  async keepContact(signal: AbortSignal): Promise<void> {
    const { clock, client, config, logger } = this.context;
    while (!signal.aborted) {
      try {
        await client.resource(resources.leases).list({ namespace: 'kube-node-lease', limit: 1 });
        this.contact.answered(clock.monotonic());
      } catch (error) {
        this.contact.failed();
        logger.debug({ error }, 'the API does not answer: nodes are not judged');
      }
      await clock.sleep(config.nodeMonitorPeriodMs, signal).catch(() => undefined);
    }
  }

  forget(name: string): void {
    this.heartbeats.delete(name);
  }

  async check(node: Node, lease: Parameters<typeof heartbeatMark>[1], pods: readonly Pod[]): Promise<void> {
    const { clock, client, config } = this.context;
    const name = node.metadata?.name ?? '';
    if (!this.heartbeats.has(name)) this.events.record({ type: resources.nodes, object: node }, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    const heartbeat = observe(this.heartbeats.get(name), heartbeatMark(node, lease), clock.monotonic());
    this.heartbeats.set(name, heartbeat);
    const now = formatTime(clock.now());
    let current = node;
    if (clock.monotonic() - heartbeat.seenAtMs > config.nodeMonitorGracePeriodMs && this.contact.isSettled(clock.monotonic())) {
      const status = silentStatus(node, now);
      if (status) {
        current = await client.resource(resources.nodes).updateStatus({ ...node, status });
        this.events.record({ type: resources.nodes, object: node }, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      }
    }
    const taints = desiredTaints(current, now);
    if (taints) current = await client.resource(resources.nodes).update({ ...current, spec: { ...current.spec, taints } });
    if (!isConditionTrue(current.status?.conditions, 'Ready')) await Promise.all(pods.map((pod) => this.markNotReady(pod)));
  }

  /** Endpoints of a lost node must go although nobody there can say so. */
  private async markNotReady(pod: Pod): Promise<void> {
    const { client, clock } = this.context;
    if (!isConditionTrue(pod.status?.conditions, 'Ready')) return;
    const conditions = setCondition(pod.status?.conditions, { type: 'Ready', status: 'False', lastTransitionTime: formatTime(clock.now()) }, clock.now());
    try {
      await client.resource(resources.pods).updateStatus({ ...pod, status: { ...pod.status, conditions: [...conditions] } });
      this.events.record({ type: resources.pods, object: pod }, 'Warning', 'NodeNotReady', 'Node is not ready');
    } catch (error) {
      this.context.logger.debug({ error, pod: keyOf(pod) }, 'could not mark a pod as not ready');
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
    }
  }
}

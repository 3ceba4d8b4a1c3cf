import type { ApiAnswer, Interceptor } from '@typernetes/app-apiserver';
import type { Cancel } from '@typernetes/machinery';
import { apiErrors } from '@typernetes/machinery';

type Watcher = Extract<ApiAnswer['result'], { type: 'watch' }>['watcher'];

const nodeUser = /^system:node:(.+)$/;

/**
 * Which nodes are cut off from the API, as machines whose network is gone: what their kubelets ask is refused, their
 * watches end, and nobody reaches them. What runs on them runs on.
 */
export class NodeOutages {
  private readonly causes = new Map<string, Set<unknown>>();
  private readonly watchers = new Map<string, Watcher[]>();

  isOut(node: string): boolean {
    return this.causes.has(node);
  }

  /** Cuts the node off until what is returned is called. A node with several causes comes back when the last is gone. */
  fail(node: string): Cancel {
    const cause = {};
    const causes = this.causes.get(node) ?? new Set();
    this.causes.set(node, causes.add(cause));
    for (const watcher of this.watchers.get(node) ?? []) if (watcher.isOpen) watcher.end();
    this.watchers.delete(node);
    return () => {
      causes.delete(cause);
      if (causes.size === 0 && this.causes.get(node) === causes) this.causes.delete(node);
    };
  }

  /** Stands before the API. */
  readonly intercept: Interceptor = async (intercepted, proceed) => {
    const node = nodeUser.exec(intercepted.user.name)?.[1];
    if (node === undefined) return proceed();
    this.refuse(node);
    const answer = await proceed();
    // What was asked before the failure is answered to nobody.
    if (answer.result.type === 'watch' && this.isOut(node)) answer.result.watcher.end();
    this.refuse(node);
    if (answer.result.type === 'watch') this.follow(node, answer.result.watcher);
    return answer;
  };

  private refuse(node: string): void {
    if (this.isOut(node)) throw apiErrors.serviceUnavailable(`no route from ${node}: the node has failed`);
  }

  private follow(node: string, watcher: Watcher): void {
    const open = (this.watchers.get(node) ?? []).filter(({ isOpen }) => isOpen);
    this.watchers.set(node, [...open, watcher]);
  }
}

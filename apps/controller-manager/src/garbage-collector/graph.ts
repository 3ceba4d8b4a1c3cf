import type { ResourceType } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';

/** An object of any kind, where the collector saw it. */
export interface GraphNode {
  type: ResourceType;
  object: KubernetesObject;
}

/** Who owns whom, over all kinds, by uid. */
export class OwnerGraph {
  private readonly byUid = new Map<string, GraphNode>();
  private readonly dependentsByOwner = new Map<string, Map<string, GraphNode>>();

  get(uid: string): GraphNode | undefined {
    return this.byUid.get(uid);
  }

  dependents(ownerUid: string): GraphNode[] {
    return [...(this.dependentsByOwner.get(ownerUid)?.values() ?? [])];
  }

  set(node: GraphNode): void {
    const uid = node.object.metadata?.uid ?? '';
    this.unlink(uid);
    this.byUid.set(uid, node);
    for (const owner of node.object.metadata?.ownerReferences ?? []) {
      let dependents = this.dependentsByOwner.get(owner.uid);
      if (!dependents) this.dependentsByOwner.set(owner.uid, (dependents = new Map()));
      dependents.set(uid, node);
    }
  }

  delete(uid: string): void {
    this.unlink(uid);
    this.byUid.delete(uid);
  }

  private unlink(uid: string): void {
    for (const owner of this.byUid.get(uid)?.object.metadata?.ownerReferences ?? []) {
      const dependents = this.dependentsByOwner.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.dependentsByOwner.delete(owner.uid);
    }
  }
}

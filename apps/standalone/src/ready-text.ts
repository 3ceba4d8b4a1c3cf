import type { AbsentComponent } from './component-kubeconfigs';

export interface Ready {
  readonly server: string;
  readonly nodes: number;
  /** Since the process began. */
  readonly seconds: number;
  /** `in memory`, `in /home/me/.t8s/dev` */
  readonly data: string;
  /** The context is in the user's kubeconfig. */
  readonly isMerged: boolean;
  readonly absent?: readonly AbsentComponent[];
  /** A file that was written besides. */
  readonly kubeconfig?: string;
}

export const contextName = 't8s-dev';

/** What the user reads when everything answers. */
export function readyText({ server, nodes, seconds, data, isMerged, absent = [], kubeconfig }: Ready): string {
  const client = isMerged ? `kubectl --context ${contextName} get nodes` : kubeconfig ? `kubectl --kubeconfig ${kubeconfig} get nodes` : undefined;
  const lines = [
    `Kubernetes v1.36.0 answers at ${server} (${seconds.toFixed(2)} s).`,
    `${nodes} simulated ${nodes === 1 ? 'node' : 'nodes'}; data ${data}.`,
    ...(client ? [`Try: ${client}`] : []),
    ...absent.flatMap(({ name, command }) => [`Without ${name}. Run it from the repository:`, `  ${command}`]),
    'Ctrl-C ends it.',
  ];
  return `${lines.join('\n')}\n`;
}

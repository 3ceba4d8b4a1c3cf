import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { systemClock } from '@typernetes/machinery';
import type { RunCommand } from '../command';
import { runCommand } from '../command';

export const addresses = {
  node: '172.30.99.1',
  client: '172.30.99.2',
  pod1: '10.244.97.11',
  pod2: '10.244.97.12',
  loadBalancer: '172.30.99.200',
} as const;

const names = ['node', 'client', 'pod1', 'pod2'] as const;
type Name = (typeof names)[number];
const namespace = (name: Name): string => `t8s-px-${name}`;

const sh = (script: string): void => void execFileSync('sh', ['-ec', script], { stdio: ['ignore', 'pipe', 'pipe'] });

/** A node with a bridge and two pods, and a client beside it: network namespaces of this machine, connected to nothing else. */
export class TestNetwork {
  private readonly servers: ChildProcess[] = [];

  /** Runs programs as the proxy would on the node. */
  readonly runOnNode: RunCommand = (program, args, stdin) =>
    runCommand('ip', ['netns', 'exec', namespace('node'), program, ...args], stdin);

  create(): void {
    this.destroy();
    for (const name of names) sh(`ip netns add ${namespace(name)}; ip -n ${namespace(name)} link set lo up`);
    const node = namespace('node');
    sh(`
      ip -n ${node} link add eth0 type veth peer name eth0 netns ${namespace('client')}
      ip -n ${node} addr add ${addresses.node}/24 dev eth0; ip -n ${node} link set eth0 up
      ip -n ${namespace('client')} addr add ${addresses.client}/24 dev eth0; ip -n ${namespace('client')} link set eth0 up
      ip -n ${node} link add cni0 type bridge; ip -n ${node} addr add 10.244.97.1/24 dev cni0; ip -n ${node} link set cni0 up
      ip netns exec ${node} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables'
    `);
    for (const pod of ['pod1', 'pod2'] as const) {
      sh(`
        ip -n ${node} link add ${pod} type veth peer name eth0 netns ${namespace(pod)}
        ip -n ${node} link set ${pod} master cni0; ip -n ${node} link set ${pod} type bridge_slave hairpin on; ip -n ${node} link set ${pod} up
        ip -n ${namespace(pod)} addr add ${addresses[pod]}/24 dev eth0; ip -n ${namespace(pod)} link set eth0 up
        ip -n ${namespace(pod)} route add default via 10.244.97.1
      `);
      this.serve(pod, 'TCP4-LISTEN:80');
      this.serve(pod, 'UDP4-RECVFROM:53');
    }
  }

  destroy(): void {
    for (const server of this.servers.splice(0)) server.kill('SIGKILL');
    for (const name of names) sh(`ip netns del ${namespace(name)} 2>/dev/null || true`);
  }

  /** Asks who answers: `pod1 <address that the pod saw>`. @throws CommandError when refused or timed out (after 1 s) */
  async ask(from: Name, address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string> {
    const target = protocol === 'tcp' ? `TCP4:${address}:${port},connect-timeout=1` : `UDP4:${address}:${port}`;
    const answer = await runCommand('ip', ['netns', 'exec', namespace(from), 'socat', '-T1', '-t1', '-', target], 'hello\n');
    return answer.trim();
  }

  /** What hardware address the client takes for `ip`; setting one makes it remember a wrong neighbour. */
  rememberNeighbour(ip: string, hardwareAddress: string): void {
    sh(`ip -n ${namespace('client')} neigh replace ${ip} lladdr ${hardwareAddress} dev eth0 nud stale`);
  }

  neighbour(ip: string): Promise<string> {
    return runCommand('ip', ['-n', namespace('client'), 'neigh', 'show', ip]);
  }

  /** Keeps one UDP socket open and gives what answers each line. */
  udpSession(from: Name, address: string, port: number, sourcePort: number): { send: () => Promise<string>; close: () => void } {
    const target = `UDP4:${address}:${port},sourceport=${sourcePort}`;
    const child = spawn('ip', ['netns', 'exec', namespace(from), 'socat', '-', target], { stdio: 'pipe' });
    return {
      send: () =>
        new Promise((resolve) => {
          const cancel = systemClock.after(500, () => resolve(''));
          child.stdout.once('data', (data: Buffer) => {
            cancel();
            resolve(data.toString().trim());
          });
          child.stdin.write('x\n');
        }),
      close: () => child.kill('SIGKILL'),
    };
  }

  private serve(pod: 'pod1' | 'pod2', listen: string): void {
    const command = `SYSTEM:read line; echo ${pod} $SOCAT_PEERADDR`;
    this.servers.push(spawn('ip', ['netns', 'exec', namespace(pod), 'socat', `${listen},fork,reuseaddr`, command], { stdio: 'ignore' }));
  }
}

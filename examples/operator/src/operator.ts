import { ApiException, CoreV1Api, makeInformer, type Informer, type KubeConfig, type KubernetesListObject, type KubernetesObject, type ObjectCache, type V1Namespace, type V1Secret } from '@kubernetes/client-node';
import { copyOf, isCopyOf, isUpToDate, keyOf, sourceAnnotation, targetsAnnotation, targetsOf } from './copies.ts';

type Cached<T extends KubernetesObject> = Informer<T> & ObjectCache<T>;

const hasCode = (error: unknown, code: number): boolean => error instanceof ApiException && error.code === code;

/** Copies Secrets into the namespaces that their annotation names. */
export class SecretMirror {
  private readonly core: CoreV1Api;
  private readonly secrets: Cached<V1Secret>;
  private readonly namespaces: Cached<V1Namespace>;
  private readonly due = new Set<string>();
  private isWorking = false;
  private isStopped = false;

  constructor(
    kubeConfig: KubeConfig,
    private readonly retryMs = 50,
  ) {
    this.core = kubeConfig.makeApiClient(CoreV1Api);
    this.secrets = this.follow<V1Secret>(kubeConfig, '/api/v1/secrets', () => this.core.listSecretForAllNamespaces(), (secret) => {
      this.enqueue(secret.metadata?.annotations?.[sourceAnnotation] ?? keyOf(secret));
    });
    this.namespaces = this.follow<V1Namespace>(kubeConfig, '/api/v1/namespaces', () => this.core.listNamespace(), () => {
      for (const secret of this.secrets.list()) if (secret.metadata?.annotations?.[targetsAnnotation]) this.enqueue(keyOf(secret));
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.namespaces.start(), this.secrets.start()]);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.namespaces.stop(), this.secrets.stop()]);
  }

  /** An informer that comes back whatever ended its watch. */
  private follow<T extends KubernetesObject>(kubeConfig: KubeConfig, path: string, list: () => Promise<KubernetesListObject<T>>, onChange: (object: T) => void): Cached<T> {
    const informer = makeInformer<T>(kubeConfig, path, list);
    for (const event of ['add', 'update', 'delete'] as const) informer.on(event, onChange);
    informer.on('error', () => {
      setTimeout(() => {
        if (!this.isStopped) informer.start().catch(() => undefined);
      }, this.retryMs);
    });
    return informer;
  }

  private enqueue(source: string): void {
    this.due.add(source);
    if (!this.isWorking) void this.work();
  }

  /** One source at a time; what fails is tried again later. */
  private async work(): Promise<void> {
    this.isWorking = true;
    for (const source of this.due) {
      this.due.delete(source);
      if (this.isStopped) break;
      try {
        await this.reconcile(source);
      } catch {
        setTimeout(() => this.enqueue(source), this.retryMs);
      }
    }
    this.isWorking = false;
  }

  private async reconcile(key: string): Promise<void> {
    const [namespace = '', name = ''] = key.split('/');
    const source = this.secrets.get(name, namespace);
    const targets = source ? targetsOf(source, this.namespaces.list()) : [];
    for (const target of source ? targets : []) await this.write(copyOf(source as V1Secret, target), key);
    const leftOver = this.secrets.list().filter((secret) => isCopyOf(secret, key) && !targets.includes(secret.metadata?.namespace ?? ''));
    for (const { metadata } of leftOver) await this.remove(metadata?.name ?? '', metadata?.namespace ?? '');
  }

  /** Creates or updates a copy. A Secret of somebody else by the same name is left alone. */
  private async write(wanted: V1Secret, source: string): Promise<void> {
    const { name = '', namespace = '' } = wanted.metadata ?? {};
    const present = this.secrets.get(name, namespace);
    if (!present) return void (await this.core.createNamespacedSecret({ namespace, body: wanted }));
    if (!isCopyOf(present, source) || isUpToDate(present, wanted)) return;
    await this.core.replaceNamespacedSecret({ name, namespace, body: { ...wanted, metadata: { ...wanted.metadata, resourceVersion: present.metadata?.resourceVersion ?? '' } } });
  }

  private async remove(name: string, namespace: string): Promise<void> {
    try {
      await this.core.deleteNamespacedSecret({ name, namespace });
    } catch (error) {
      if (!hasCode(error, 404)) throw error;
    }
  }
}

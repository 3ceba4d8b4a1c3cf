import { noop } from 'cockatiel';
import type { IKeyValue, IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import { Etcd3 } from 'etcd3';
import { systemClock, type Clock } from '@typernetes/machinery';
import { withResourceVersion } from '../resource-version';
import type { GetResult, Operation, RangeOptions, RangeResult, ReadOptions, Storage, StorageWatch, StoredEntry, TransactResult, WatchHandlers } from '../storage';
import { LeaseManager } from './lease-manager';
import { isTransient, toStorageError } from './etcd-errors';
import { openEtcdWatch } from './etcd-watch';
import { readRetryDelaysMs } from './limits';
import { endOfPrefix } from './prefix';

export interface EtcdOptions {
  /** `http(s)://host:port`, one or more members of one cluster. */
  readonly endpoints: readonly string[];
  /** PEM. Needed for https endpoints. */
  readonly tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly clock?: Clock;
}

const toEntry = (kv: IKeyValue): StoredEntry => {
  const revision = Number(kv.mod_revision);
  return { key: kv.key.toString(), value: withResourceVersion(kv.value, revision), revision };
};

/**
 * Storage on etcd. The client library's own fault handling is off: it repeats writes blindly and opens circuits for
 * five seconds. Reads are repeated here; a write whose answer was lost is looked up before it is tried again.
 */
export class EtcdStorage implements Storage {
  private readonly client: Etcd3;
  private readonly leases: LeaseManager;
  private readonly clock: Clock;

  constructor(options: EtcdOptions) {
    this.clock = options.clock ?? systemClock;
    this.client = new Etcd3({
      hosts: [...options.endpoints],
      ...(options.tls ? { credentials: { rootCertificate: options.tls.ca, privateKey: options.tls.key, certChain: options.tls.cert } } : {}),
      faultHandling: { global: noop, host: () => noop },
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: this.clock.now() + 10_000 }),
      grpcOptions: {
        'grpc.max_receive_message_length': -1,
        'grpc.max_send_message_length': -1,
        // Statistics of every call, for a debugging service that is not served here.
        'grpc.enable_channelz': 0,
        'grpc.keepalive_time_ms': 10_000,
        'grpc.keepalive_timeout_ms': 5_000,
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 1_000,
      },
    });
    this.leases = new LeaseManager(this.client.leaseClient, this.clock);
  }

  async get(key: string, options: ReadOptions = {}): Promise<GetResult> {
    const response = await this.read(() => this.client.kv.range({ key: Buffer.from(key), ...(options.revision ? { revision: options.revision } : {}) }));
    const kv = response.kvs[0];
    return { entry: kv && toEntry(kv), revision: Number(response.header.revision) };
  }

  async list(prefix: string, options: RangeOptions = {}): Promise<RangeResult> {
    const response = await this.read(() =>
      this.client.kv.range({
        key: Buffer.from(options.startKey ?? prefix),
        range_end: endOfPrefix(prefix),
        ...(options.limit ? { limit: options.limit } : {}),
        ...(options.revision ? { revision: options.revision } : {}),
      }),
    );
    return { entries: response.kvs.map(toEntry), revision: options.revision ?? Number(response.header.revision), count: Number(response.count) };
  }

  async transact(operations: readonly Operation[]): Promise<TransactResult> {
    const request = await this.toTransaction(operations);
    for (let attempt = 0; ; attempt++) {
      try {
        return toResult(operations, await this.client.kv.txn(request));
      } catch (error) {
        const delayMs = readRetryDelaysMs[attempt];
        if (delayMs === undefined || !isTransient(error)) throw toStorageError(error);
        await this.clock.sleep(delayMs);
        const committed = await this.findCommitted(operations);
        if (committed !== undefined) return { type: 'committed', revision: committed };
      }
    }
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): StorageWatch {
    return openEtcdWatch(this.client.watchClient, { prefix, fromRevision }, handlers);
  }

  async revision(): Promise<number> {
    // Linearizable like any range; a key that never exists, counted only, is the cheapest question.
    const response = await this.read(() => this.client.kv.range({ key: Buffer.from('\0'), count_only: true }));
    return Number(response.header.revision);
  }

  async compact(revision: number): Promise<void> {
    await this.read(() => this.client.kv.compact({ revision }));
  }

  async close(): Promise<void> {
    this.client.close();
  }

  private async read<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        const delayMs = readRetryDelaysMs[attempt];
        if (delayMs === undefined || !isTransient(error)) throw toStorageError(error);
        await this.clock.sleep(delayMs);
      }
    }
  }

  private async toTransaction(operations: readonly Operation[]): Promise<ITxnRequest> {
    const success: IRequestOp[] = [];
    for (const operation of operations) {
      const key = Buffer.from(operation.key);
      if (operation.type === 'put') {
        const lease = operation.ttlSeconds ? await this.leases.leaseFor(operation.ttlSeconds) : undefined;
        success.push({ request_put: { key, value: operation.value, ...(lease ? { lease } : {}) } });
      } else if (operation.type === 'delete') success.push({ request_delete_range: { key } });
    }
    const expectations = operations.filter(({ expected }) => expected !== undefined);
    return {
      compare: expectations.map(({ key, expected }) => ({ result: 'Equal', target: 'Mod', key: Buffer.from(key), mod_revision: expected })),
      success,
      failure: expectations.map(({ key }) => ({ request_range: { key: Buffer.from(key) } })),
    };
  }

  /**
   * After a lost answer: did our transaction go through? All puts stand there with our bytes (they carry a uid or a
   * fresh change, so equal bytes are our own), or all deleted keys are gone. Deletes by somebody else in between look the
   * same, which is the same outcome for the caller.
   */
  private async findCommitted(operations: readonly Operation[]): Promise<number | undefined> {
    let revision = 0;
    for (const operation of operations) {
      if (operation.type === 'check') continue;
      const { kvs, header } = await this.read(() => this.client.kv.range({ key: Buffer.from(operation.key) }));
      const kv = kvs[0];
      if (operation.type === 'delete' ? kv : !kv?.value.equals(operation.value)) return undefined;
      revision = Math.max(revision, Number(kv ? kv.mod_revision : header.revision));
    }
    return revision;
  }
}

function toResult(operations: readonly Operation[], response: ITxnResponse): TransactResult {
  const revision = Number(response.header.revision);
  if (response.succeeded) return { type: 'committed', revision };
  const current = new Map<string, StoredEntry | undefined>();
  operations
    .filter(({ expected }) => expected !== undefined)
    .forEach(({ key }, i) => {
      const kv = response.responses[i]?.response_range.kvs[0];
      current.set(key, kv && toEntry(kv));
    });
  return { type: 'conflict', revision, current };
}

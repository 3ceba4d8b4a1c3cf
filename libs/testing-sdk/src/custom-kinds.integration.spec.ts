import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node-v1';
import { startCluster } from './start-cluster';
import type { ApiObject } from './types';

jest.setTimeout(120_000);

const definition = (plural: string, kind: string): ApiObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural, kind },
    versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }],
  },
});
const shirt = (name: string): ApiObject => ({ apiVersion: 'example.com/v1', kind: 'Shirt', metadata: { name, namespace: 'default' }, spec: { color: 'red' } });
const shirts = { apiVersion: 'example.com/v1', kind: 'Shirt' };
const reference = (plural: string): { apiVersion: string; kind: string; metadata: { name: string } } => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com` } });

it('has the custom kinds that it is given, as objects or files, from the start and after each reset', async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'crds-'));
  await writeFile(path.join(directory, 'socks.yaml'), JSON.stringify(definition('socks', 'Sock')));
  const cluster = await startCluster({ nodes: 0, crds: [definition('shirts', 'Shirt'), directory], apply: [shirt('first')] });
  try {
    const api = cluster.kubeConfig(KubeConfig).makeApiClient(CustomObjectsApi);
    const names = async (): Promise<unknown> => {
      const list = (await api.listNamespacedCustomObject({ group: 'example.com', version: 'v1', namespace: 'default', plural: 'shirts' })) as { items: ApiObject[] };
      return list.items.map(({ metadata }) => metadata?.name);
    };
    expect(await names()).toEqual(['first']);
    await cluster.objects.create({ apiVersion: 'example.com/v1', kind: 'Sock', metadata: { name: 'left', namespace: 'default' } });
    await cluster.objects.create(shirt('second'));
    await cluster.objects.patch({ ...shirts, metadata: { name: 'second' } }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'status');
    expect(await cluster.waitFor({ ...shirts, metadata: { name: 'second' } }, 'Ready')).toMatchObject({ status: { conditions: [{ type: 'Ready' }] } });
    expect(await names()).toEqual(['first', 'second']);
    await cluster.reset();
    expect(await names()).toEqual(['first']);

    await cluster.apply(definition('hats', 'Hat'), { apiVersion: 'example.com/v1', kind: 'Hat', metadata: { name: 'h' } });
    await cluster.objects.delete(reference('shirts'));
    await cluster.waitFor(reference('shirts'), 'Deleted');
    await expect(names()).rejects.toThrow('404');
    await cluster.reset();
    expect(await names()).toEqual(['first']);
    await expect(cluster.objects.list({ apiVersion: 'example.com/v1', kind: 'Hat' })).rejects.toThrow('Hat');

    await cluster.faults.restartApiserver();
    expect(await cluster.objects.list(shirts, { namespace: 'default' })).toHaveLength(1);
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

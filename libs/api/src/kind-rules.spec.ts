import type { KubernetesObject } from '@typernetes/machinery';
import { builtInKinds } from './kinds';

const kindOf = (name: string) => builtInKinds.find(({ kind, group }) => `${group}/${kind}` === name);

test('a kind has its row of the table', () => {
  const pod = kindOf('/Pod');
  const object: KubernetesObject & { spec?: object } = { spec: { containers: [] } };
  pod?.defaults?.(object);
  expect(object.spec).toMatchObject({ schedulerName: 'default-scheduler' });
  expect(pod?.strategy.validateCreate?.(object)).toEqual([{ type: 'Required', field: 'spec.containers', detail: '' }]);
  expect(pod?.strategy.prepareForCreate).toBeDefined();
  expect(pod?.statusStrategy?.validateUpdate).toBeDefined();
  expect(pod?.statusStrategy?.prepareForUpdate).toBeDefined();
});

test('all stored kinds but service accounts have rules of their own', () => {
  const without = builtInKinds.filter(({ storagePath, strategy }) => storagePath && !strategy.validateCreate).map(({ kind }) => kind);
  expect(without).toEqual(['ServiceAccount']);
});

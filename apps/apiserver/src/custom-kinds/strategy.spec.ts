import { formatFieldError, type KubernetesObject } from '@typernetes/machinery';
import { compileCustomSchema } from './custom-schema';
import { customStatusStrategy, customStrategy, validateReplicas } from './strategy';

type Custom = KubernetesObject & { spec?: unknown; status?: unknown };

const schema = compileCustomSchema({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
const context = { now: '2026-01-01T00:00:00Z', user: { name: 'u', groups: [] } };
const object = (generation: number | undefined, rest: object): Custom => ({ kind: 'A', apiVersion: 'example.com/v1', metadata: { name: 'a', ...(generation === undefined ? {} : { generation }) }, ...rest });

describe('custom objects', () => {
  it('begin without a status, where that is a subresource', () => {
    const [own, other] = [object(7, { status: 1 }), object(undefined, { status: 1 })];
    customStrategy(schema, true).prepareForCreate?.(own, context);
    customStrategy(schema, false).prepareForCreate?.(other, context);
    expect([own, other]).toEqual([object(1, {}), object(1, { status: 1 })]);
  });

  it.each<[string, boolean, object, object, number]>([
    ['a change of the spec', true, { spec: 2 }, { spec: 2, status: 'old' }, 4],
    ['a change of another field', true, { spec: 1, more: 1 }, { spec: 1, more: 1, status: 'old' }, 4],
    ['a status that is not this endpoint\'s', true, { spec: 1, status: 'new' }, { spec: 1, status: 'old' }, 3],
    ['a status that is a field like others', false, { spec: 1, status: 'new' }, { spec: 1, status: 'new' }, 4],
    ['nothing', false, { spec: 1, status: 'old' }, { spec: 1, status: 'old' }, 3],
  ])('count generations: %s', (_, hasStatus, next, expected, generation) => {
    const written = object(99, next);
    customStrategy(schema, hasStatus).prepareForUpdate?.(written, object(3, { spec: 1, status: 'old' }), context);
    expect(written).toEqual(object(generation, expected));
  });

  it('change nothing but their status through that', () => {
    const written = { ...object(99, { spec: 2, more: 1, status: 'new' }), metadata: { name: 'a', resourceVersion: '7', labels: { a: 'b' }, managedFields: [{ manager: 'm' }] } };
    customStatusStrategy(schema).prepareForUpdate?.(written, object(3, { spec: 1, status: 'old' }), context);
    expect(written).toEqual({ ...object(3, { spec: 1, status: 'new' }), metadata: { name: 'a', generation: 3, resourceVersion: '7', managedFields: [{ manager: 'm' }] } });
  });

  it('are warned of finalizers that come without a domain', () => {
    const warn = (finalizers: string[], before?: string[]): string[] | undefined =>
      customStrategy(schema, false).warnings?.({ metadata: { finalizers } }, before && { metadata: { finalizers: before } });
    expect(warn(['mine', 'example.com/a', 'orphan'])).toEqual(['metadata.finalizers: "mine": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers']);
    expect(warn(['mine'], ['mine'])).toEqual([]);
  });

  it('count no negative replicas', () => {
    expect(validateReplicas(object(1, { spec: { a: { b: -1 } }, status: { c: 2 } }), ['.spec.a.b', '.status.c', '.spec.none']).map(formatFieldError)).toEqual(['spec.a.b: Invalid value: -1: should be a non-negative integer']);
  });
});

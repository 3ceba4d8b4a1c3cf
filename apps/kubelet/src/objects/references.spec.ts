import { container, pod } from '../testing/builders';
import { referencesOf } from './references';

const refs = (spec: Parameters<typeof pod>[0]): string[] => [...referencesOf(pod(spec))].sort();

test.each<[name: string, spec: Parameters<typeof pod>[0], expected: string[]]>([
  ['nothing', {}, []],
  ['variables', { containers: [container('a', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }, { name: 'B', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] })] }, ['configmaps/default/c', 'secrets/default/s']],
  ['envFrom of an init container', { initContainers: [container('a', { envFrom: [{ secretRef: { name: 's' } }, { configMapRef: { name: 'c' } }] })] }, ['configmaps/default/c', 'secrets/default/s']],
  ['an ephemeral container', { ephemeralContainers: [{ name: 'e', envFrom: [{ configMapRef: { name: 'c' } }] }] }, ['configmaps/default/c']],
  ['volumes', { volumes: [{ name: 'a', secret: { secretName: 's' } }, { name: 'b', configMap: { name: 'c' } }, { name: 'c', emptyDir: {} }] }, ['configmaps/default/c', 'secrets/default/s']],
  ['the same object twice', { volumes: [{ name: 'a', secret: { secretName: 's' } }, { name: 'b', secret: { secretName: 's' } }] }, ['secrets/default/s']],
  ['projected', { volumes: [{ name: 'p', projected: { sources: [{ secret: { name: 's' } }, { configMap: { name: 'c' } }, { serviceAccountToken: { path: 't' } }] } }] }, ['configmaps/default/c', 'secrets/default/s']],
  ['image pulls', { imagePullSecrets: [{ name: 'reg' }] }, ['secrets/default/reg']],
])('%s', (_name, spec, expected) => expect(refs(spec)).toEqual(expected));

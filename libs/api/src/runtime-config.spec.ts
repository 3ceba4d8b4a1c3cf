import type { KindDefinition } from './kind';
import { builtInKinds, createRegistry } from './kinds';
import { servedBy } from './runtime-config';

const policies = (version: string): KindDefinition => builtInKinds.find((kind) => kind.resource === 'mutatingadmissionpolicies' && kind.version === version) as KindDefinition;
const group = 'admissionregistration.k8s.io';

describe('--runtime-config', () => {
  const rows: [config: string, served: string[]][] = [
    ['', ['v1']],
    ['api/beta=true', ['v1', 'v1beta1']],
    ['api/alpha', ['v1', 'v1alpha1']],
    ['api/all=true', ['v1', 'v1beta1', 'v1alpha1']],
    ['api/all=true,api/alpha=false', ['v1', 'v1beta1']],
    ['api/alpha=false,api/all=true', ['v1', 'v1beta1']],
    ['api/ga=false', []],
    [`${group}/v1beta1`, ['v1', 'v1beta1']],
    [`api/all=false,${group}/v1alpha1=true`, ['v1alpha1']],
    [`${group}/v1=0`, []],
    [`${group}/v1=false,${group}/v1/mutatingadmissionpolicies=true`, ['v1']],
    [`${group}/v1beta1/mutatingadmissionpolicybindings=true`, ['v1']],
    ['api/v1=false', ['v1']],
  ];
  it.each(rows)('serves by "%s"', (config, served) => {
    const isServed = servedBy(config, builtInKinds);
    expect(['v1', 'v1beta1', 'v1alpha1'].filter((version) => isServed(policies(version)))).toEqual(served);
  });

  it('turns the core group on and off as api/v1', () => {
    expect(servedBy('api/v1=false', builtInKinds)({ group: '', version: 'v1', resource: 'pods' })).toBe(false);
  });

  const wrong: [config: string, message: string][] = [
    ['api/all=false', 'invalid key with only api/all=false'],
    ['nothing=true', 'runtime-config invalid key nothing'],
    ['a/b/c/d', 'runtime-config invalid key a/b/c/d'],
    ['a.example/v1', 'unknown api groups a.example'],
    [`${group}/v7`, `group version ${group}/v7 that has not been registered`],
    ['api/beta=maybe', 'invalid value of api/beta: maybe, err: strconv.ParseBool: parsing "maybe": invalid syntax'],
  ];
  it.each(wrong)('refuses %s', (config, message) => {
    expect(() => servedBy(config, builtInKinds)).toThrow(message);
  });
});

it('serves stable versions alone by default', () => {
  expect([...createRegistry()].filter(({ version }) => /alpha|beta/.test(version))).toEqual([]);
  expect([...createRegistry(() => true)].some(({ version }) => /alpha/.test(version))).toBe(true);
});

import { compileJsonPath, JsonPathError } from './json-path';

const value = {
  metadata: { name: 'a', labels: { 'example.com/a': 'x' }, annotations: { 'dotted.name': 'y' } },
  spec: { replicas: 3, isOn: false, ports: [{ name: 'web', port: 80 }, { name: 'tls', port: 443 }, { name: 'dns', port: 53, 'is-udp': true }] },
  status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'False' }], nothing: null },
};

describe('compileJsonPath', () => {
  it.each<[string, unknown[]]>([
    ['.spec.replicas', [3]],
    ['$.spec.replicas', [3]],
    ['.spec.isOn', [false]],
    ['.spec.missing.deeper', []],
    ['.status.nothing', [null]],
    ['.status.nothing.deeper', []],
    ['.spec.ports[0].port', [80]],
    ['.spec.ports[-1].name', ['dns']],
    ['.spec.ports[7].name', []],
    ['.spec.ports[*].port', [80, 443, 53]],
    ['.spec.ports.*.port', [80, 443, 53]],
    ['.spec.ports[0,2].name', ['web', 'dns']],
    ['.spec.ports[0:2].name', ['web', 'tls']],
    ['.spec.ports[1:].name', ['tls', 'dns']],
    ['.spec.ports[::2].name', ['web', 'dns']],
    ['.spec.ports[?(@.name=="tls")].port', [443]],
    [".spec.ports[?(@.name != 'tls')].port", [80, 53]],
    ['.spec.ports[?(@.port>=80)].name', ['web', 'tls']],
    ['.spec.ports[?(@.is-udp)].name', ['dns']],
    ['.spec.ports[?(@.is-udp==true)].name', ['dns']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".metadata.labels['example.com/a']", ['x']],
    ['.metadata.annotations.dotted\\.name', ['y']],
    ["['metadata','spec'].name", ['a']],
    ['..port', [80, 443, 53]],
    ['.', [value]],
  ])('%s', (path, expected) => {
    expect(compileJsonPath(path)(value)).toEqual(expected);
  });

  it.each(['.spec.ports[', '.spec.ports[x]', '.spec.ports[?(==)]', '.spec..', '.a[::0]', '.a]'])('refuses %s', (path) => {
    expect(() => compileJsonPath(path)).toThrow(JsonPathError);
  });

  it('does not find what objects inherit', () => {
    expect(compileJsonPath('.constructor.name')({})).toEqual([]);
  });
});

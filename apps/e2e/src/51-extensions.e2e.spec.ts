import { kubectl, kubectlTry, kubectlVersions } from './support/cluster';
import { createNamespace, deleteNamespace } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'extensions';

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: bakeries.shops.example.com }
spec:
  group: shops.example.com
  scope: Namespaced
  names: { plural: bakeries, singular: bakery, kind: Bakery, shortNames: [bk] }
  versions:
  - name: v1
    served: true
    storage: true
    subresources: { status: {} }
    additionalPrinterColumns: [{ name: Ovens, type: integer, jsonPath: .spec.ovens }]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [ovens]
            x-kubernetes-validations: [{ rule: 'self.open < self.close', message: it must open before it closes }]
            properties:
              ovens: { type: integer, minimum: 1, description: How many loaves at a time. }
              open: { type: integer, default: 6 }
              close: { type: integer, default: 18 }
          status: { type: object, x-kubernetes-preserve-unknown-fields: true }
`;

const bakery = (name: string, spec: string): string => `apiVersion: shops.example.com/v1\nkind: Bakery\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;

const policy = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: small-bakeries }
spec:
  matchConstraints: { resourceRules: [{ operations: [CREATE, UPDATE], apiGroups: [shops.example.com], apiVersions: [v1], resources: [bakeries] }] }
  validations: [{ expression: 'object.spec.ovens <= 4', message: the street is narrow }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: small-bakeries }
spec: { policyName: small-bakeries, validationActions: [Deny], matchResources: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${namespace} } } } }
`;

beforeAll(() => createNamespace(namespace));
afterAll(() => deleteNamespace(namespace));

describe.each(kubectlVersions)('kubectl 1.%s', (version) => {
  const k = (args: string[], input?: string): Promise<string> => kubectl(['-n', namespace, ...args], { version, ...(input === undefined ? {} : { input }) });
  const refused = async (input: string): Promise<string> => (await kubectlTry(['-n', namespace, 'apply', '-f', '-'], { version, input })).stderr;

  it('declares a kind, uses it like any other, and takes it back', async () => {
    await k(['apply', '-f', '-'], definition);
    await k(['wait', '--for=condition=Established', 'crd/bakeries.shops.example.com', '--timeout=30s']);
    expect(await k(['apply', '-f', '-'], bakery('corner', 'ovens: 2'))).toBe('bakery.shops.example.com/corner created\n');
    expect(await k(['get', 'bk'])).toMatch(/^NAME +OVENS\ncorner +2\n$/);
    expect(await k(['explain', 'bakery.spec.ovens'])).toContain('How many loaves at a time.');
    expect(await k(['get', 'bk', 'corner', '-o', 'jsonpath={.spec}'])).toBe('{"close":18,"open":6,"ovens":2}');
    expect(await refused(bakery('none', 'ovens: 0'))).toContain('spec.ovens: Invalid value: 0: spec.ovens in body should be greater than or equal to 1');
    expect(await refused(bakery('night', 'ovens: 1, open: 20, close: 4'))).toContain('spec: Invalid value: "object": it must open before it closes');
    expect(await k(['apply', '--server-side', '-f', '-'], bakery('corner', 'ovens: 3').replace('ovens: 3', 'ovens: 2'))).toContain('serverside-applied');
    await k(['apply', '-f', '-'], policy);
    await eventually('the policy is in force', async () => (await refused(bakery('large', 'ovens: 9'))).includes("ValidatingAdmissionPolicy 'small-bakeries' with binding 'small-bakeries' denied request: the street is narrow"));
    await k(['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', 'small-bakeries']);
    await k(['delete', 'crd', 'bakeries.shops.example.com', '--timeout=60s']);
    // kubectl may remember the kind, the server does not.
    expect((await kubectlTry(['get', 'bakeries'], { version })).stderr).toMatch(/the server doesn't have a resource type|the server could not find the requested resource/);
  }, 120_000);
});

import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../generated/types';
import { createRegistry } from '../kinds';
import { customResourceCleanup } from './custom-resource-definition';
import { defaultCustomResourceDefinition } from './defaults';
import { validateCustomResourceDefinitionCreate, validateCustomResourceDefinitionStatusUpdate, validateCustomResourceDefinitionUpdate } from './validate';

const version: CustomResourceDefinitionVersion = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { color: { type: 'string' }, sizes: { type: 'array', items: { type: 'string' } } } } } } } };

function made(change: (definition: CustomResourceDefinition) => void = () => {}): CustomResourceDefinition {
  const definition: CustomResourceDefinition = {
    metadata: { name: 'shirts.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'shirts', kind: 'Shirt' }, versions: [deepCopy(version)] },
    status: { storedVersions: ['v1'] },
  };
  change(definition);
  defaultCustomResourceDefinition(definition);
  return definition;
}

const inVersion = (change: Partial<CustomResourceDefinitionVersion>) => (definition: CustomResourceDefinition): void => void (definition.spec.versions = [{ ...version, ...change }]);
const inNames = (change: object) => (definition: CustomResourceDefinition): void => void Object.assign(definition.spec.names, change);
const inSpec = (change: object) => (definition: CustomResourceDefinition): void => void Object.assign(definition.spec, change);
const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);
const label = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('defaults', () => {
  it('make names and the conversion complete', () => {
    const { names, conversion } = made().spec;
    expect([names, conversion]).toEqual([{ plural: 'shirts', kind: 'Shirt', singular: 'shirt', listKind: 'ShirtList' }, { strategy: 'None' }]);
  });

  it('give a webhook behind a Service its port', () => {
    const webhook = { clientConfig: { service: { name: 's', namespace: 'n' } }, conversionReviewVersions: ['v1'] };
    expect(made(inSpec({ conversion: { strategy: 'Webhook', webhook } })).spec.conversion?.webhook?.clientConfig?.service?.port).toBe(443);
  });
});

describe('validation of a new definition', () => {
  it('takes one that is right', () => expect(texts(validateCustomResourceDefinitionCreate(made()))).toEqual([]));

  it.each<[string, (definition: CustomResourceDefinition) => void, string[]]>([
    ['a name of its own', (it) => void (it.metadata = { name: 'other' }), ['metadata.name: Invalid value: "other": must be spec.names.plural+"."+spec.group']],
    ['a group without a dot', (it) => void ((it.spec.group = 'example'), (it.metadata = { name: 'shirts.example' })), ['spec.group: Invalid value: "example": should be a domain with at least one dot']],
    ['an unknown scope', inSpec({ scope: 'World' }), ['spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"']],
    ['preserveUnknownFields', inSpec({ preserveUnknownFields: true }), ['spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead']],
    ['a kind that is no word', inNames({ kind: 'A b', listKind: 'Bs', singular: 'a' }), [`spec.names.kind: Invalid value: "A b": may have mixed case, but should otherwise match: ${label}`]],
    ['a kind like its list', inNames({ listKind: 'Shirt' }), ['spec.names.listKind: Invalid value: "Shirt": kind and listKind may not be the same']],
    ['a short name in capitals', inNames({ shortNames: ['sh', 'S'] }), [`spec.names.shortNames[1]: Invalid value: "S": ${label}`]],
    ['no storage version', inVersion({ storage: false }), [expect.stringContaining('must have exactly one version marked as storage version') as unknown as string]],
    ['a version without a schema', inVersion({ schema: {} }), ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required']],
    ['a bad version', inVersion({ name: '1' }), [`spec.versions[0].name: Invalid value: "1": ${label}`, 'status.storedVersions: Invalid value: ["v1"]: must have the storage version 1', 'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions']],
    ['a warning of a good version', inVersion({ deprecationWarning: 'x' }), ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions']],
    ['a column of no known type', inVersion({ additionalPrinterColumns: [{ name: '', type: 'text', jsonPath: 'spec' }] }), [
      'spec.versions[0].additionalPrinterColumns[0].name: Required value',
      'spec.versions[0].additionalPrinterColumns[0].type: Unsupported value: "text": supported values: "boolean", "date", "integer", "number", "string"',
      'spec.versions[0].additionalPrinterColumns[0].jsonPath: Invalid value: "spec": must be a simple json path starting with .',
    ]],
    ['a scale elsewhere', inVersion({ subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '.status.a[0]', labelSelectorPath: '.b' } } }), [
      'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec',
      'spec.versions[0].subresources.scale.statusReplicasPath: Invalid value: ".status.a[0]": must be a simple json path without array notation',
      'spec.versions[0].subresources.scale.labelSelectorPath: Invalid value: ".b": should be a json path under either .spec or .status',
    ]],
    ['fields that cannot be selected', inVersion({ selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.color' }, { jsonPath: '.spec.sizes' }, { jsonPath: '.spec.none' }, { jsonPath: '.metadata.name' }, { jsonPath: '.spec.sizes[0]' }] }), [
      'spec.versions[0].selectableFields[1].jsonPath: Duplicate value: ".spec.color"',
      'spec.versions[0].selectableFields[2].jsonPath: Invalid value: ".spec.sizes": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.versions[0].selectableFields[3].jsonPath: Invalid value: ".spec.none": is an invalid path: does not refer to a valid field',
      'spec.versions[0].selectableFields[4].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
      'spec.versions[0].selectableFields[5].jsonPath: Invalid value: ".spec.sizes[0]": is an invalid path: must be a simple json path of fields without array notation',
    ]],
    ['a webhook that is not there', inSpec({ conversion: { strategy: 'Webhook' } }), ['spec.conversion.webhook.clientConfig: Required value: required when strategy is set to Webhook', 'spec.conversion.webhook.conversionReviewVersions: Required value']],
    ['a webhook that is not used', inSpec({ conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } }), ['spec.conversion.webhook: Forbidden: should not be set when strategy is not set to Webhook']],
    ['a protected group', (it) => void ((it.spec.group = 'x.k8s.io'), (it.metadata = { name: 'shirts.x.k8s.io' })), ['metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111']],
  ])('refuses %s', (_, change, expected) => expect(texts(validateCustomResourceDefinitionCreate(made(change)))).toEqual(expected));

  it('takes a protected group with an approval', () => {
    const approved = made((it) => void ((it.spec.group = 'x.k8s.io'), (it.metadata = { name: 'shirts.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'https://example.com/1' } })));
    expect(texts(validateCustomResourceDefinitionCreate(approved))).toEqual([]);
  });

  it('says what is missing of an empty one', () => {
    expect(texts(validateCustomResourceDefinitionCreate({ metadata: { name: 'a' } } as CustomResourceDefinition))).toContain('spec.scope: Required value');
  });
});

describe('validation of a change', () => {
  const established = { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] };

  it('keeps scope and kind once it is established, group and plural always', () => {
    const changed = made((it) => {
      it.metadata = { name: 'hats.example.org' };
      Object.assign(it.spec, { group: 'example.org', scope: 'Cluster', names: { plural: 'hats', kind: 'Hat' } });
    });
    const always = ['spec.group: Invalid value: "example.org": field is immutable', 'spec.names.plural: Invalid value: "hats": field is immutable'];
    expect(texts(validateCustomResourceDefinitionUpdate(changed, made()))).toEqual(always);
    expect(texts(validateCustomResourceDefinitionUpdate(changed, { ...made(), status: established }))).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable', 'spec.names.kind: Invalid value: "Hat": field is immutable', ...always]);
  });

  it('does not give up a version that is stored', () => {
    const renamed = made((it) => void (it.spec.versions = [{ ...version, name: 'v2' }]));
    renamed.status = { storedVersions: ['v1', 'v2'] };
    expect(texts(validateCustomResourceDefinitionUpdate(renamed, made()))).toEqual(['status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions']);
    renamed.status = { storedVersions: [] };
    expect(texts(validateCustomResourceDefinitionStatusUpdate(renamed))).toEqual(['status.storedVersions: Invalid value: []: must have at least one stored version']);
  });
});

describe('the strategy', () => {
  const kind = createRegistry().lookup('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  const context = { now: '2026-01-01T00:00:00Z', user: { name: 'u', groups: [] } };

  it('counts generations and remembers storage versions', () => {
    const created = { ...made(), status: { acceptedNames: { plural: 'lie', kind: 'Lie' } } };
    kind?.strategy.prepareForCreate?.(created, context);
    expect(created).toMatchObject({ metadata: { generation: 1 }, status: { storedVersions: ['v1'] } });
    expect(created.status).not.toHaveProperty('acceptedNames');
    const next = deepCopy(created);
    next.spec.versions = [{ ...version, storage: false }, { ...version, name: 'v2' }];
    kind?.strategy.prepareForUpdate?.(next, created, context);
    expect(next).toMatchObject({ metadata: { generation: 2 }, status: { storedVersions: ['v1', 'v2'] } });
  });

  it('keeps a definition that is deleted until its objects are gone', () => {
    const going = { ...made(), status: { conditions: [{ type: 'Established', status: 'True' }] } };
    kind?.beginDeletion?.(going, context.now);
    expect(going).toMatchObject({ metadata: { finalizers: [customResourceCleanup] }, status: { conditions: [{ type: 'Established' }, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending' }] } });
  });
});

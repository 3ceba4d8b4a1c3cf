import type { JSONSchemaProps } from '@typernetes/api';
import { startTestApi, type KubectlAnswer, type TestApi } from '../testing/start-test-api';
import { definitionOf, install } from './testing/definitions';

jest.setTimeout(120_000);

const bars: JSONSchemaProps = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          type: 'array',
          description: 'List of Bars and their specs.',
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string', description: 'Name of Bar.' }, age: { type: 'string', description: 'Age of Bar.' }, bazs: { type: 'array', items: { type: 'string' }, description: 'List of Bazs.' } } },
        },
      },
    },
    status: { type: 'object', description: 'Status of Foo', properties: { bars: { type: 'array', items: { type: 'object', properties: { available: { type: 'boolean' } } } } } },
  },
};

const anything: JSONSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Conformance of sig-api-machinery: what kubectl makes of published schemas (CustomResourcePublishOpenAPI, FieldValidation). */
describe('kubectl, told by published schemas,', () => {
  let api: TestApi;
  const run = (command: string, input?: string): Promise<KubectlAnswer> => api.kubectl(command.split(' '), input);
  const object = (kind: string, name: string, rest: object): string => JSON.stringify({ apiVersion: 'example.com/v1', kind, metadata: { name }, ...rest });

  /** What create and apply say to it; each on an object of its own. */
  async function written(kind: string, rest: object, options = ''): Promise<string[]> {
    const outcomes: string[] = [];
    for (const verb of ['create', 'apply']) {
      const { code, stdout, stderr } = await run(`${verb}${options} -f -`, object(kind, `by-${verb}`, rest));
      outcomes.push(code === 0 ? `${stdout}${stderr}` : stderr);
      await run(`delete ${kind.toLowerCase()} by-${verb} --ignore-not-found`);
    }
    return outcomes;
  }

  beforeAll(async () => {
    api = await startTestApi();
    await install(api, definitionOf('foos', { versions: [{ schemaOf: bars }] }));
    await install(api, definitionOf('roots', { versions: [{ schemaOf: anything }] }));
    await install(api, definitionOf('nesteds', { versions: [{ schemaOf: { type: 'object', properties: { spec: { ...anything, description: 'Specification of Waldo' } } } }] }));
    await install(api, definitionOf('empties', { versions: [{ schemaOf: { type: 'object', properties: { spec: anything, status: anything } } }], names: { kind: 'Empty' } }));
  });
  afterAll(() => api.stop());

  it('takes what fits a schema', async () => {
    expect(await written('Foo', { spec: { bars: [{ name: 'test-bar', age: '10' }] } })).toEqual(['foo.example.com/by-create created\n', 'foo.example.com/by-apply created\n']);
  });

  it('refuses what does not', async () => {
    for (const refusal of await written('Foo', { spec: { bars: [{ name: 'test-bar', unknown: true }] }, more: 1 })) expect(refusal).toMatch(/strict decoding error: unknown field "more", unknown field "spec\.bars\[0\]\.unknown"|unknown field "spec\.bars\[0\]\.unknown", unknown field "more"/);
    for (const refusal of await written('Foo', { spec: { bars: [{ age: '10' }] } })) expect(refusal).toContain('spec.bars[0].name: Required value');
    for (const outcome of await written('Foo', { spec: { bars: [{ name: 'test-bar', unknown: true }] } }, ' --validate=warn')) expect(outcome).toMatch(/created\nWarning: unknown field "spec\.bars\[0\]\.unknown"\n$/);
    for (const outcome of await written('Foo', { spec: { bars: [{ name: 'test-bar', unknown: true }] } }, ' --validate=ignore')) expect(outcome).toMatch(/created\n$/);
  });

  it.each([
    ['Root', 'roots', /KIND: +Root/],
    ['Nested', 'nesteds.spec', /DESCRIPTION:\n +Specification of Waldo/],
    ['Empty', 'empties', /DESCRIPTION:\n +<empty>/],
  ])('takes anything in a %s where the schema does, and explains that', async (kind, field, explanation) => {
    expect(await written(kind, { spec: { a: null, b: [{ c: 'd' }] } })).toEqual([`${kind.toLowerCase()}.example.com/by-create created\n`, `${kind.toLowerCase()}.example.com/by-apply created\n`]);
    expect((await run(`explain ${field}`)).stdout).toMatch(explanation);
  });

  it('takes unknown fields beside spec only where the root does', async () => {
    expect((await written('Root', { other: { a: 1 } }))[1]).toContain('created');
    expect((await written('Nested', { other: { a: 1 } }))[1]).toContain('strict decoding error: unknown field "other"');
  });

  it('explains fields, and fields of fields', async () => {
    expect((await run('explain foos')).stdout).toMatch(/DESCRIPTION:\n +Foo CRD for Testing\n(?:.*\n)*FIELDS:\n(?:.*\n)* +apiVersion\t<string>\n(?:.*\n)* +metadata\t<ObjectMeta>\n(?:.*\n)* +spec\t<Object>\n +Specification of Foo/);
    expect((await run('explain foos.metadata')).stdout).toMatch(/FIELDS:\n(?:.*\n)* +creationTimestamp\t<string>\n/);
    expect((await run('explain foos.spec')).stdout).toMatch(/DESCRIPTION:\n +Specification of Foo\n(?:.*\n)*FIELDS:\n +bars\t<\[\]Object>\n +List of Bars and their specs\./);
    expect((await run('explain foos.spec.bars')).stdout).toMatch(/FIELD: bars <\[\]Object>\n(?:.*\n)* +age\t<string>\n +Age of Bar\.\n\n +bazs\t<\[\]string>\n +List of Bazs\.\n\n +name\t<string> -required-\n +Name of Bar\./);
    expect(await run('explain foos.spec.bars2')).toMatchObject({ code: 1, stderr: expect.stringContaining('field "bars2" does not exist') as string });
  });
});

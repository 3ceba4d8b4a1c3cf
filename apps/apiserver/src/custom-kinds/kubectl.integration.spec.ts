import { startTestApi, type KubectlAnswer, type TestApi } from '../testing/start-test-api';

jest.setTimeout(120_000);

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: crontabs.stable.example.com }
spec:
  group: stable.example.com
  scope: Namespaced
  names: { plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [timers] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: { specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.labelSelector }
      additionalPrinterColumns:
        - { name: Spec, type: string, description: When it runs, jsonPath: .spec.cronSpec }
        - { name: Replicas, type: integer, jsonPath: .spec.replicas }
        - { name: Image, type: string, jsonPath: .spec.image, priority: 1 }
        - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
      selectableFields: [{ jsonPath: .spec.image }]
      schema:
        openAPIV3Schema:
          description: A timer of ours.
          type: object
          properties:
            spec:
              type: object
              description: What it does.
              properties:
                cronSpec: { type: string, description: 'When it runs, as cron says it.' }
                image: { type: string }
                replicas: { type: integer }
            status:
              type: object
              properties:
                replicas: { type: integer }
                labelSelector: { type: string }
`;

const cronTab = (name: string, replicas = 1): string =>
  `apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: { name: ${name} }\nspec: { cronSpec: '* * * * */5', image: awesome, replicas: ${replicas} }\n`;

/** kubectl with a custom kind, as a user meets it. */
describe('kubectl', () => {
  let api: TestApi;
  const run = (command: string, input?: string): Promise<KubectlAnswer> => api.kubectl(command.split(' '), input);
  async function kubectl(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await run(command, input);
    if (code !== 0) throw new Error(`kubectl ${command}: ${stderr}`);
    return stdout;
  }

  beforeAll(async () => {
    api = await startTestApi();
    expect(await kubectl('apply -f -', definition)).toBe('customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com created\n');
    await kubectl('wait --for=condition=Established crd/crontabs.stable.example.com --timeout=60s');
    expect(await kubectl('apply -f -', cronTab('one'))).toBe('crontab.stable.example.com/one created\n');
  });

  afterAll(() => api.stop());

  it('lists the definition and the kind', async () => {
    expect(await kubectl('get crd')).toMatch(/^NAME +CREATED AT\ncrontabs\.stable\.example\.com +20\d\d-/);
    expect(await kubectl('api-resources --api-group=stable.example.com --no-headers')).toMatch(/^crontabs +ct +stable\.example\.com\/v1 +true +CronTab\n$/);
    expect(await kubectl('api-resources --categories=timers -o name')).toBe('crontabs.stable.example.com\n');
  });

  it('explains it', async () => {
    expect(await kubectl('explain crontab')).toMatch(/GROUP: +stable\.example\.com\nKIND: +CronTab\nVERSION: +v1\n\nDESCRIPTION:\n +A timer of ours\.\n/);
    expect(await kubectl('explain ct.spec.cronSpec')).toMatch(/FIELD: cronSpec <string>\n\n\nDESCRIPTION:\n +When it runs, as cron says it\./);
    expect(await kubectl('explain ct.metadata.name')).toContain('FIELD: name <string>');
    expect(await kubectl('explain ct --recursive')).toContain('    replicas\t<integer>');
  });

  it('prints its columns', async () => {
    expect(await kubectl('get ct')).toMatch(/^NAME +SPEC +REPLICAS +AGE\none +\* \* \* \* \*\/5 +1 +\d+s\n$/);
    expect(await kubectl('get crontab.stable.example.com -o wide')).toMatch(/^NAME +SPEC +REPLICAS +IMAGE +AGE\n/);
    expect(await kubectl('get timers -o name')).toBe('crontab.stable.example.com/one\n');
    expect(await kubectl('get ct --field-selector=spec.image=awesome -o name')).toBe('crontab.stable.example.com/one\n');
    expect(await kubectl('get ct --field-selector=spec.image!=awesome -o name')).toBe('');
    expect((await run('get ct --field-selector=spec.replicas=1')).stderr).toContain('field label not supported: spec.replicas');
    expect(await kubectl('describe ct one')).toMatch(/Kind: +CronTab\n/);
  });

  it("applies from its own side and from the server's", async () => {
    expect(await kubectl('apply -f -', cronTab('one'))).toBe('crontab.stable.example.com/one unchanged\n');
    expect(await kubectl('apply -f -', cronTab('one', 2))).toBe('crontab.stable.example.com/one configured\n');
    expect(await kubectl('apply --server-side -f -', cronTab('two'))).toBe('crontab.stable.example.com/two serverside-applied\n');
    const { code, stderr } = await run('apply --server-side --field-manager=other -f -', cronTab('two', 5));
    expect([code, stderr]).toEqual([1, expect.stringContaining('conflict with "kubectl": .spec.replicas')]);
    expect((await run('diff -f -', cronTab('one', 2))).code).toBe(0);
    expect(await run('diff -f -', cronTab('one', 7))).toMatchObject({ code: 1, stdout: expect.stringMatching(/^\+  replicas: 7$/m) as string });
    expect(await kubectl('apply --dry-run=server -f -', cronTab('never'))).toBe('crontab.stable.example.com/never created (server dry run)\n');
    expect((await run('get ct never')).stderr).toContain('crontabs.stable.example.com "never" not found');
  });

  it('writes status and scale by their subresources', async () => {
    await kubectl('patch ct one --subresource=status --type=merge -p {"status":{"replicas":2,"labelSelector":"a=b"},"spec":{"image":"lost"}}');
    expect(await kubectl('get ct one -o jsonpath={.status.replicas},{.spec.image},{.metadata.generation}')).toBe('2,awesome,2');
    await kubectl('patch ct one --type=merge -p {"status":{"replicas":9}}');
    expect(await kubectl('get ct one -o jsonpath={.status.replicas}')).toBe('2');
    expect(await kubectl('scale ct one --replicas=3 --current-replicas=2')).toBe('crontab.stable.example.com/one scaled\n');
    expect(await kubectl('get ct one --subresource=scale -o jsonpath={.spec.replicas},{.status.replicas},{.status.selector}')).toBe('3,2,a=b');
    expect(await kubectl('get ct one -o jsonpath={.spec.replicas},{.metadata.generation}')).toBe('3,3');
  });

  it('applies the definition itself, from either side', async () => {
    expect(await kubectl('apply -f -', definition)).toBe('customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com unchanged\n');
    const version = await kubectl('get crd crontabs.stable.example.com -o jsonpath={.metadata.resourceVersion}');
    expect(await kubectl('apply --server-side --force-conflicts -f -', definition)).toBe('customresourcedefinition.apiextensions.k8s.io/crontabs.stable.example.com serverside-applied\n');
    const applied = await kubectl('get crd crontabs.stable.example.com -o jsonpath={.metadata.resourceVersion}');
    expect(await kubectl('apply --server-side -f -', definition)).toContain('serverside-applied');
    expect([applied === version, await kubectl('get crd crontabs.stable.example.com -o jsonpath={.metadata.resourceVersion},{.metadata.generation}')]).toEqual([false, `${applied},1`]);
    const changed = definition.replace('A timer of ours.', 'A better timer.');
    expect((await run('diff --server-side -f -', changed)).stdout).toMatch(/^\+ +description: A better timer\.$/m);
    await kubectl('apply --server-side -f -', changed);
    expect(await kubectl('explain crontab')).toContain('A better timer.');
    const refused = await run('apply -f -', definition.replace('type: integer, jsonPath: .spec.replicas', 'type: count, jsonPath: .spec.replicas'));
    expect(refused.stderr).toContain('spec.versions[0].additionalPrinterColumns[1].type: Unsupported value: "count": supported values: "boolean", "date", "integer", "number", "string"');
    const typo = await run('apply -f -', definition.replace('additionalPrinterColumns', 'additionalPrinterColumn'));
    expect(typo.stderr).toContain('unknown field "spec.versions[0].additionalPrinterColumn"');
  });

  it('edits, labels and deletes', async () => {
    await kubectl('label ct one app=x');
    await kubectl('annotate ct one note=y');
    expect(await kubectl('get ct -l app=x -o name')).toBe('crontab.stable.example.com/one\n');
    process.env['KUBE_EDITOR'] = 'sed -i s/awesome/edited/';
    try {
      expect(await kubectl('edit ct one')).toBe('crontab.stable.example.com/one edited\n');
    } finally {
      delete process.env['KUBE_EDITOR'];
    }
    expect(await kubectl('get ct one -o jsonpath={.spec.image}')).toBe('edited');
    expect(await kubectl('replace -f -', cronTab('two', 4))).toBe('crontab.stable.example.com/two replaced\n');
    expect(await kubectl('delete ct one')).toBe('crontab.stable.example.com "one" deleted\n');
    expect(await kubectl('delete crd crontabs.stable.example.com')).toBe('customresourcedefinition.apiextensions.k8s.io "crontabs.stable.example.com" deleted\n');
    expect((await run('get ct')).stderr).toContain('the server could not find the requested resource');
  });
});

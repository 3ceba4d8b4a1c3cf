import { startTestApi, type KubectlAnswer, type TestApi } from './testing/start-test-api';

let api: TestApi;

/** Runs kubectl, which must succeed. */
async function kubectl(command: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, input);
  if (code !== 0) throw new Error(`kubectl ${command}: ${stderr}`);
  return stdout + stderr;
}

const run = (command: string, input?: string): Promise<KubectlAnswer> => api.kubectl(command.split(' '), input);

const nginx = `
apiVersion: v1
kind: ReplicationController
metadata: { name: my-nginx, labels: { app: nginx } }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: nginx } }
    spec:
      containers:
      - name: nginx
        image: nginx
        ports: [{ containerPort: 80 }]
`;

beforeAll(async () => {
  api = await startTestApi();
  if ((await run('get namespace default')).code !== 0) await kubectl('create namespace default');
}, 60_000);
afterAll(() => api.stop());

describe('kubectl', () => {
  it('knows the resources', async () => {
    const output = await kubectl('api-resources');
    expect(output).toMatch(/^pods +po +v1 +true +Pod$/m);
    expect(output).toMatch(/^roles +rbac.authorization.k8s.io\/v1 +true +Role$/m);
    expect(await kubectl('api-versions')).toContain('rbac.authorization.k8s.io/v1');
    expect(await kubectl('version')).toMatch(/Server Version: v1\.36\./);
  });

  it('creates from a file, gets, scales, labels, annotates, patches, edits', async () => {
    expect(await kubectl('create -f -', nginx)).toBe('replicationcontroller/my-nginx created\n');
    expect(await kubectl('get rc my-nginx -o jsonpath={.spec.selector.app}')).toBe('nginx');
    expect(await kubectl('scale rc my-nginx --replicas=0')).toContain('scaled');
    expect(await kubectl('label rc my-nginx tier=web')).toContain('labeled');
    expect(await kubectl('annotate rc my-nginx note=hello')).toContain('annotated');
    expect(await kubectl('patch rc my-nginx -p {"spec":{"replicas":3}}')).toContain('patched');
    expect(await kubectl('get rc -l tier=web -o jsonpath={.items[0].spec.replicas}')).toBe('3');
    expect((await run('create -f -', nginx)).stderr).toContain('Error from server (AlreadyExists): error when creating "STDIN": replicationcontrollers "my-nginx" already exists');
  });

  it('exposes it', async () => {
    expect(await kubectl('expose rc my-nginx --port=80 --name=nginxsvc')).toContain('service/nginxsvc exposed');
    expect(await kubectl('get svc nginxsvc -o jsonpath={.spec.clusterIP}')).toMatch(/^10\.96\.\d+\.\d+$/);
    expect(await kubectl('describe svc nginxsvc')).toContain('Selector:                 app=nginx');
  });

  it('creates the small kinds by its typed commands', async () => {
    await kubectl('create namespace made');
    await kubectl('create configmap cm --from-literal=a=b');
    await kubectl('create secret generic secret --from-literal=a=b');
    await kubectl('create serviceaccount builder');
    await kubectl('create role reader --verb=get,list --resource=pods');
    await kubectl('create rolebinding reader --role=reader --serviceaccount=default:builder');
    await kubectl('create clusterrole creader --verb=get --resource=nodes');
    await kubectl('create service nodeport np --tcp=80:8080');
    expect(await kubectl('get cm cm -o jsonpath={.data.a}')).toBe('b');
    expect(await kubectl('get secret secret -o jsonpath={.data.a}')).toBe('Yg==');
    expect(await kubectl('get rolebinding reader -o jsonpath={.subjects[0].name}')).toBe('builder');
  });

  it('applies, applies again, and sees nothing to do', async () => {
    const manifest = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied }\ndata: { a: ${value} }\n`;
    expect(await kubectl('apply -f -', manifest('b'))).toBe('configmap/applied created\n');
    expect(await kubectl('apply -f -', manifest('b'))).toBe('configmap/applied unchanged\n');
    expect(await kubectl('apply -f -', manifest('c'))).toBe('configmap/applied configured\n');
    expect(await kubectl('get cm applied -o jsonpath={.data.a}')).toBe('c');
    expect(await kubectl('replace -f -', manifest('d'))).toBe('configmap/applied replaced\n');
  });

  it('runs, watches, waits and deletes', async () => {
    const watching = run('get pods -w --request-timeout=4s -o name');
    await kubectl('run web --image=nginx');
    await api.call('PATCH', '/api/v1/namespaces/default/pods/web/status', {
      body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
    });
    expect(await kubectl('wait --for=condition=Ready pod/web --timeout=10s')).toContain('condition met');
    expect(await kubectl('delete pod web')).toMatch(/^pod "web" deleted/);
    expect((await watching).stdout).toContain('pod/web');
    expect((await run('get pod web')).stderr).toBe('Error from server (NotFound): pods "web" not found\n');
  }, 30_000);

  it('deletes several kinds by label', async () => {
    await kubectl('label svc nginxsvc app=nginx');
    const output = await kubectl('delete rc,svc -l app=nginx');
    expect(output).toContain('replicationcontroller "my-nginx" deleted');
    expect(output).toContain('service "nginxsvc" deleted');
  });

  it('explains fields', async () => {
    expect(await kubectl('explain pod.spec.containers.image')).toContain('FIELD: image <string>');
  });

  it('refuses unknown fields', async () => {
    const { stderr } = await run('create -f -', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\nnope: 1\n');
    expect(stderr).toContain('strict decoding error: unknown field "nope"');
  });

  it('prints the columns that users know', async () => {
    await kubectl('run columns --image=nginx');
    expect(await kubectl('get pods columns')).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\ncolumns +0\/1 +Pending +0 +\d+s\n$/);
    expect(await kubectl('get svc np')).toMatch(/^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nnp +NodePort +10\.96\.\d+\.\d+ +<none> +80:3\d{4}\/TCP +\d+s\n$/);
    expect(await kubectl('get pods columns -o wide')).toMatch(/IP +NODE +NOMINATED NODE +READINESS GATES/);
  });
});

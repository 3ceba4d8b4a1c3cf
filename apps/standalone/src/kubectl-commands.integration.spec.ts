import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { clientTools, type ClientTools, type Tool } from './testing/client-tools';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

/** kubectl's own examples (`--help`) that need no containers: what they print is what they print against upstream. */
let cluster: TestCluster;
let tools: ClientTools;

beforeAll(async () => {
  cluster = await startTestCluster(3);
  tools = clientTools(cluster);
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

type Said = string | RegExp;
type Step = readonly [command: string | readonly string[], said: Said, input?: string];

/** One command after the other; each must print, on either stream, what is said: all of it, or what matches. */
async function runSteps(kubectl: Tool, namespace: string, steps: readonly Step[]): Promise<void> {
  for (const [command, said, input] of steps) {
    const words = typeof command === 'string' ? command.split(' ') : command;
    const { stdout, stderr } = await kubectl(['-n', namespace, ...words], { ...(input === undefined ? {} : { input }) });
    expect({ words, said: stdout + stderr }).toEqual({ words, said: typeof said === 'string' ? `${said}\n` : expect.stringMatching(said) });
  }
}

const create = (namespace: string): Step[] => [
  ['create deployment web --image=nginx:1 --replicas=2 --port=80', 'deployment.apps/web created'],
  ['create deployment web --image=nginx:1', 'error: failed to create deployment: deployments.apps "web" already exists'],
  ['create configmap cm --from-literal=a=b', 'configmap/cm created'],
  ['create secret generic s --from-literal=a=b', 'secret/s created'],
  ['create secret docker-registry dr --docker-server=d --docker-username=u --docker-password=p', 'secret/dr created'],
  ['create serviceaccount builder', 'serviceaccount/builder created'],
  ['create token builder --duration=10m', /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/],
  ['create role r --verb=get,list --resource=pods,pods/log', 'role.rbac.authorization.k8s.io/r created'],
  [`create rolebinding rb --role=r --serviceaccount=${namespace}:builder`, 'rolebinding.rbac.authorization.k8s.io/rb created'],
  [`create clusterrole ${namespace} --verb=get --resource=nodes`, `clusterrole.rbac.authorization.k8s.io/${namespace} created`],
  [`create clusterrole ${namespace}-sum --aggregation-rule=a=b`, `clusterrole.rbac.authorization.k8s.io/${namespace}-sum created`],
  [`create clusterrolebinding ${namespace} --clusterrole=${namespace} --user=u`, `clusterrolebinding.rbac.authorization.k8s.io/${namespace} created`],
  ['create job j --image=app:1 -- date', 'job.batch/j created'],
  ['create cronjob cj --image=app:1 --schedule=@yearly -- date', 'cronjob.batch/cj created'],
  ['create job from-cj --from=cronjob/cj', 'job.batch/from-cj created'],
  ['create quota q --hard=services=50', 'resourcequota/q created'],
  [`create priorityclass ${namespace} --value=10`, `priorityclass.scheduling.k8s.io/${namespace} created`],
  ['create poddisruptionbudget pdb --selector=app=web --min-available=1', 'poddisruptionbudget.policy/pdb created'],
  ['create ingress ing --rule=foo.com/bar=svc1:80,tls=my-cert', 'ingress.networking.k8s.io/ing created'],
  ['create service clusterip cip --tcp=80:80', 'service/cip created'],
  ['create service nodeport np --tcp=80:80', 'service/np created'],
  ['create service loadbalancer lb --tcp=80:80', 'service/lb created'],
  ['create service externalname en --external-name=a.b.c', 'service/en created'],
  ['run pod2 --image=nginx:1 --dry-run=client -o name', 'pod/pod2'],
  ['expose deployment web --port=80 --name=web-svc', 'service/web-svc exposed'],
  ['create -f -', 'configmap/made created', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"made"}}'],
  ['delete deployment,svc --all', /^deployment\.apps "web" deleted.*\nservice "cip" deleted.*\nservice "en" deleted.*\nservice "lb" deleted.*\nservice "np" deleted.*\nservice "web-svc" deleted.*\n$/],
  ['delete job j from-cj --cascade=foreground', /^job\.batch "j" deleted.*\njob\.batch "from-cj" deleted.*\n$/],
];

const rollout: readonly Step[] = [
  ['create deployment web --image=nginx:1 --replicas=2', 'deployment.apps/web created'],
  ['wait --for=condition=Available deployment/web --timeout=60s', 'deployment.apps/web condition met'],
  ['rollout status deployment/web', /deployment "web" successfully rolled out\n$/],
  ['set image deployment/web nginx=nginx:2', 'deployment.apps/web image updated'],
  ['rollout status deployment/web', /deployment "web" successfully rolled out\n$/],
  ['rollout history deployment/web', 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n'],
  ['rollout history deployment/web --revision=2', /^deployment\.apps\/web with revision #2\nPod Template:\n {2}Labels:\tapp=web\n\tpod-template-hash=\w+\n {2}Containers:\n {3}nginx:\n {4}Image:\tnginx:2\n/],
  ['rollout pause deployment/web', 'deployment.apps/web paused'],
  ['rollout pause deployment/web', 'error: deployments.apps "web" is already paused'],
  ['rollout resume deployment/web', 'deployment.apps/web resumed'],
  ['rollout undo deployment/web', 'deployment.apps/web rolled back'],
  ['rollout status deployment/web', /successfully rolled out\n$/],
  ['get deployment web -o jsonpath={.spec.template.spec.containers[0].image}', /^nginx:1$/],
  ['rollout undo deployment/web --to-revision=2', 'deployment.apps/web rolled back'],
  ['rollout restart deployment/web', 'deployment.apps/web restarted'],
  ['rollout status deployment/web', /successfully rolled out\n$/],
  ['scale deployment web --replicas=3', 'deployment.apps/web scaled'],
  ['scale --current-replicas=2 --replicas=3 deployment/web', 'error: Expected replicas to be 2, was 3'],
  ['patch deployment web --subresource=scale --type=merge -p {"spec":{"replicas":2}}', 'scale.autoscaling/web patched'],
  ['autoscale deployment web --min=2 --max=5', 'horizontalpodautoscaler.autoscaling/web autoscaled'],
];

const setters: readonly Step[] = [
  ['create deployment web --image=nginx:1 --replicas=0', 'deployment.apps/web created'],
  ['create configmap cm --from-literal=a=b', 'configmap/cm created'],
  ['create service clusterip cip --tcp=80:80', 'service/cip created'],
  ['create rolebinding rb --role=r --user=u', 'rolebinding.rbac.authorization.k8s.io/rb created'],
  ['set env deployment/web A=b', 'deployment.apps/web env updated'],
  ['set env deployment/web --list', '# Deployment web, container nginx\nA=b'],
  ['set env deployment/web --from=configmap/cm', /deployment\.apps\/web env updated\n/],
  ['set env deployment/web A-', 'deployment.apps/web env updated'],
  ['set resources deployment web --limits=cpu=200m,memory=512Mi', 'deployment.apps/web resource requirements updated'],
  ['set selector service cip app=x', 'service/cip selector updated'],
  ['set serviceaccount deployment web builder', 'deployment.apps/web serviceaccount updated'],
  ['set subject rolebinding rb --user=admin', 'rolebinding.rbac.authorization.k8s.io/rb subjects updated'],
  ['label configmap cm x=y', 'configmap/cm labeled'],
  ['label configmap cm x=y', 'configmap/cm not labeled'],
  ['label configmap cm x=z', "error: 'x' already has a value (y), and --overwrite is false"],
  ['label --overwrite configmap cm x=z', 'configmap/cm labeled'],
  ['label configmap cm x-', 'configmap/cm unlabeled'],
  ['label configmap cm x-', 'label "x" not found.\nconfigmap/cm not labeled'],
  ['annotate configmap cm d=e', 'configmap/cm annotated'],
  ['annotate configmap cm d-', 'configmap/cm annotated'],
  ['patch configmap cm -p {"data":{"p":"q"}}', 'configmap/cm patched'],
  ['patch configmap cm -p {"data":{"p":"q"}}', 'configmap/cm patched (no change)'],
  ['patch configmap cm --type=json -p [{"op":"replace","path":"/data/p","value":"w"}]', 'configmap/cm patched'],
  ['patch configmap cm --type=json -p [{"op":"replace","path":"/spec/x","value":"w"}]', /^The request is invalid: the server rejected our request due to an error in our request\n$/],
  ['get configmap cm -o jsonpath={.data}', /^\{"a":"b","p":"w"\}$/],
  ['get configmaps -o custom-columns=N:.metadata.name,D:.data.p --field-selector=metadata.name=cm', 'N     D\ncm    w'],
  ['replace -f -', 'configmap/cm replaced', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"z":"y"}}'],
  ['replace --force -f -', /^configmap "cm" deleted.*\nconfigmap\/cm replaced\n$/, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"z":"x"}}'],
];

const nodes: readonly Step[] = [
  ['create deployment web --image=nginx:1 --replicas=3', 'deployment.apps/web created'],
  ['rollout status deployment/web', /successfully rolled out\n$/],
  ['taint nodes node-1 k=v:NoSchedule', 'node/node-1 tainted'],
  ['taint nodes node-1 k=v:NoSchedule', 'error: node node-1 already has k taint(s) with same effect(s) and --overwrite is false'],
  ['taint nodes node-1 k:NoSchedule-', 'node/node-1 untainted'],
  ['cordon node-1', 'node/node-1 cordoned'],
  ['cordon node-1', 'node/node-1 already cordoned'],
  ['uncordon node-1', 'node/node-1 uncordoned'],
  ['drain node-3 --ignore-daemonsets --force --delete-emptydir-data', /^node\/node-3 cordoned\n(?:[^]*evicting pod [^]*)?node\/node-3 drained\n/],
  ['uncordon node-3', 'node/node-3 uncordoned'],
];

const rights = (namespace: string): Step[] => [
  ['create serviceaccount reader', 'serviceaccount/reader created'],
  ['auth reconcile -f -', /^role\.rbac\.authorization\.k8s\.io\/reader reconciled\n/, `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"reader","namespace":"${namespace}"},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}`],
  [`create rolebinding reader --role=reader --serviceaccount=${namespace}:reader`, 'rolebinding.rbac.authorization.k8s.io/reader created'],
  ['auth can-i create pods', 'yes'],
  ['auth can-i * * --all-namespaces', 'yes'],
  [`auth can-i delete pods --as=system:serviceaccount:${namespace}:reader`, /^no\n/],
  [`auth can-i --list --as=system:serviceaccount:${namespace}:reader`, /^Resources +Non-Resource URLs +Resource Names +Verbs\n[^]*^pods +\[\] +\[\] +\[get list\]$/m],
  ['auth whoami', /^ATTRIBUTE +VALUE\nUsername +kubernetes-admin\nGroups +\[system:masters system:authenticated\]\nExtra: authentication\.kubernetes\.io\/credential-id +\[X509SHA256=[0-9a-f]{64}\]\n$/],
  ['config current-context', 't8s-dev'],
  ['config view -o jsonpath={.contexts[0].name}', /^t8s-dev$/],
  ['cluster-info', /Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/],
  ['cluster-info dump', /"kind": "NodeList"[^]*"kind": "PodList"/],
  ['api-versions', /^admissionregistration\.k8s\.io\/v1\n[^]*\nv1\n$/],
  ['version', /^Client Version: v1\.3\d\.[^]*\nServer Version: v1\.36\.0/],
  ['get nothing', 'error: the server doesn\'t have a resource type "nothing"'],
  ['get pods', `No resources found in ${namespace} namespace.`],
  ['get pod nope', 'Error from server (NotFound): pods "nope" not found'],
  ['events', `No events found in ${namespace} namespace.`],
  ['apply -k kust', 'configmap/x-k-4h2mbtbbt6 created'],
  ['diff -k kust', /^$/],
  ['delete -k kust', /^configmap "x-k-4h2mbtbbt6" deleted/],
];

const edited: readonly Step[] = [
  ['apply -f -', 'configmap/cm created', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"a":"old"}}'],
  ['apply view-last-applied configmap/cm -o json', /"a": "old"/],
  ['edit configmap cm', 'configmap/cm edited'],
  ['get configmap cm -o jsonpath={.data.a}', /^new$/],
  ['edit configmap cm', 'Edit cancelled, no changes made.'],
  ['apply set-last-applied --create-annotation=true -f -', 'configmap/cm configured', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{"a":"new"}}'],
  ['apply edit-last-applied configmap/cm', /no changes made|edited/],
];

const suites: Readonly<Record<string, (namespace: string) => readonly Step[]>> = { create, rollout: () => rollout, setters: () => setters, rights };

const prepared = async (name: string): Promise<string> => {
  await mkdir(path.join(cluster.directory, 'kust'), { recursive: true });
  await writeFile(path.join(cluster.directory, 'kust/kustomization.yaml'), 'configMapGenerator: [{ name: k, literals: [a=b] }]\nnamePrefix: x-\n');
  return cluster.newNamespace(name);
};

describe.each(['1.32', '1.35'] as const)('kubectl %s', (version) => {
  const kubectl: Tool = (words, options) => (version === '1.32' ? tools.kubectl : tools.kubectl35)(words, options);
  const suffix = version.replace('.', '-');

  test.each(Object.keys(suites))('%s', async (name) => {
    const namespace = await prepared(`${name}-${suffix}`);
    await runSteps(kubectl, namespace, suites[name]?.(namespace) ?? []);
  }, 120_000);

  test('nodes', async () => {
    const namespace = await prepared(`nodes-${suffix}`);
    await runSteps(kubectl, namespace, nodes);
    // A new node has no figures before its second reading.
    await eventually('figures of all nodes and pods', async () => {
      const [ofNodes, ofPods] = [await kubectl('top node'), await kubectl(`top pod -n ${namespace}`)];
      return /^NAME +CPU\(cores\) +CPU\(?%\)? +MEMORY\(bytes\) +MEMORY\(?%\)? *\nnode-1 +\d+m +\d+% +\d+Mi +\d+% *\nnode-2 /.test(ofNodes.stdout) && /^NAME +CPU\(cores\) +MEMORY\(bytes\) *\nweb-\w+-\w+ +\d+m +\d+Mi *\n/.test(ofPods.stdout);
    });
  }, 120_000);

  test('edits', async () => {
    const namespace = await prepared(`edits-${suffix}`);
    const editor: Tool = (words, options) => kubectl(words, { ...options, env: { KUBE_EDITOR: 'sed -i s/old/new/' } });
    await runSteps(editor, namespace, edited);
  }, 120_000);
});

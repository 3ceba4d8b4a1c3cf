import { defaultConfiguration } from './configuration';
import { ConfigurationError, readConfiguration } from './read-configuration';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

function problemsOf(body: string): readonly string[] {
  try {
    readConfiguration(head + body);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const scorers = (body: string, profile = 0): string =>
  readConfiguration(head + body).profiles[profile]?.plugins.score.map(({ name, weight }) => `${name}=${weight}`).join(' ') ?? '';

const defaultScores = 'TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 PodTopologySpread=2 InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1';

test('a file that says nothing gives the defaults', () => {
  expect(readConfiguration(head)).toEqual(defaultConfiguration);
});

test.each<[what: string, body: string, scores: string]>([
  ['the defaults', 'profiles: [{schedulerName: a}]', defaultScores],
  ['all off at the point', 'profiles: [{plugins: {score: {disabled: [{name: "*"}]}}}]', ''],
  ['one alone, with its weight', 'profiles: [{plugins: {score: {disabled: [{name: "*"}], enabled: [{name: ImageLocality, weight: 7}]}}}]', 'ImageLocality=7'],
  ['one is heavier by the point, and comes first', 'profiles: [{plugins: {score: {enabled: [{name: NodeAffinity, weight: 9}]}}}]', `NodeAffinity=9 ${defaultScores.replace(' NodeAffinity=2', '')}`],
  ['one is heavier by multiPoint, and keeps its place', 'profiles: [{plugins: {multiPoint: {enabled: [{name: NodeAffinity, weight: 9}]}}}]', defaultScores.replace('NodeAffinity=2', 'NodeAffinity=9')],
  ['one is off at the point', 'profiles: [{plugins: {score: {disabled: [{name: ImageLocality}]}}}]', defaultScores.replace(' ImageLocality=1', '')],
  ['one is off everywhere', 'profiles: [{plugins: {multiPoint: {disabled: [{name: TaintToleration}]}}}]', defaultScores.replace('TaintToleration=3 ', '')],
])('plugins: %s', (_, body, scores) => expect(scorers(body)).toBe(scores));

test('profiles have their own plugins, arguments and percentage', () => {
  const { profiles, podMaxBackoffMs, leaderElection } = readConfiguration(`${head}
percentageOfNodesToScore: 40
podMaxBackoffSeconds: 30
leaderElection: {leaseDuration: 30s, renewDeadline: 20s}
profiles:
- schedulerName: default-scheduler
- schedulerName: packing
  percentageOfNodesToScore: 100
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 3}, {name: memory}]}
`);
  expect(profiles.map(({ schedulerName, percentageOfNodesToScore }) => [schedulerName, percentageOfNodesToScore])).toEqual([['default-scheduler', 40], ['packing', 100]]);
  expect(profiles[0]?.args.NodeResourcesFit.scoringStrategy.type).toBe('LeastAllocated');
  expect(profiles[1]?.args.NodeResourcesFit.scoringStrategy).toEqual({ type: 'MostAllocated', resources: [{ name: 'cpu', weight: 3 }, { name: 'memory', weight: 1 }], shape: [] });
  expect(profiles[1]?.args.InterPodAffinity.hardPodAffinityWeight).toBe(1);
  expect([podMaxBackoffMs, leaderElection.leaseDurationMs, leaderElection.retryPeriodMs]).toEqual([30_000, 30_000, 2_000]);
});

const args = (name: string, written: string): string => `profiles: [{pluginConfig: [{name: ${name}, args: ${written}}]}]`;
const at = 'profiles[0].pluginConfig[0].args';

test.each<[body: string, ...problems: string[]]>([
  ['parallelsim: 3', 'strict decoding error: unknown field "parallelsim"'],
  ['profiles: [{plugins: {scores: {}}}]', 'strict decoding error: unknown field "profiles[0].plugins.scores"'],
  ['parallelism: many', 'parallelism: expected an integer, got string "many"'],
  ['leaderElection: {leaseDuration: 3 weeks}', 'leaderElection.leaseDuration: time: invalid duration "3 weeks"'],
  ['profiles: {}', 'profiles: expected a list, got an object'],
  ['parallelism: 0', 'parallelism: Invalid value: 0: should be an integer value greater than zero'],
  ['percentageOfNodesToScore: 101', 'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
  ['podInitialBackoffSeconds: 0', 'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0'],
  ['podMaxBackoffSeconds: 0', 'podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds'],
  ['leaderElection: {leaseDuration: 5s}', 'leaderElection.leaseDuration: Invalid value: 10: LeaseDuration must be greater than RenewDeadline'],
  ['leaderElection: {resourceLock: configmaps}', 'leaderElection.resourceLock: Invalid value: "configmaps": resourceLock value must be "leases"'],
  ['profiles: [{schedulerName: a}, {schedulerName: a}]', 'profiles[1].schedulerName: Duplicate value: "a"'],
  ['profiles: [{schedulerName: a}, {}]', 'profiles[1].schedulerName: Required value'],
  ['profiles: [{plugins: {filter: {enabled: [{name: Magic}]}}}]', 'profiles[0].plugins: filter plugin "Magic" does not exist'],
  ['profiles: [{plugins: {filter: {enabled: [{name: ImageLocality}]}}}]', 'profiles[0].plugins: plugin "ImageLocality" does not extend filter plugin'],
  ['profiles: [{plugins: {bind: {disabled: [{name: "*"}]}}}]', 'profiles[0].plugins: at least one bind plugin is needed for profile with scheduler name "default-scheduler"'],
  ['profiles: [{pluginConfig: [{name: NodeName, args: {}}]}]', 'profiles[0].pluginConfig[0].name: Invalid value: "NodeName": no plugin of this name takes arguments'],
  [args('NodeResourcesFit', '{scoringStrategy: {type: Best}}'), `${at}.scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`],
  [args('NodeResourcesFit', '{scoringStrategy: {type: RequestedToCapacityRatio}}'), `${at}.scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified`],
  [
    args('NodeResourcesFit', '{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: 11}, {utilization: 20}]}}}'),
    `${at}.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0-10]`,
    `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 20: utilization values must be sorted in increasing order`,
  ],
  [args('NodeResourcesFit', '{scoringStrategy: {resources: [{name: cpu, weight: 101}]}}'), `${at}.scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range [1-100]`],
  [args('InterPodAffinity', '{hardPodAffinityWeight: 101}'), `${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0-100]`],
  [args('PodTopologySpread', '{defaultConstraints: [{}]}'), `${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty, .defaultingType must be List`],
  [
    args('PodTopologySpread', '{defaultingType: List, defaultConstraints: [{topologyKey: zone, maxSkew: 0, whenUnsatisfiable: Never}]}'),
    `${at}.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)`,
    `${at}.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"`,
  ],
  [
    args('DefaultPreemption', '{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}'),
    `${at}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute`,
    `${at}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`,
  ],
  [args('VolumeBinding', '{bindTimeoutSeconds: -1}'), `${at}.bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value`],
  [args('NodeAffinity', '{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}'), `${at}.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term`],
  ['extenders: [{urlPrefix: "http://x", prioritizeVerb: p}]', 'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it'],
  ['extenders: [{urlPrefix: "http://x", bindVerb: b}, {urlPrefix: "http://y", bindVerb: b}]', 'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind'],
])('refuses %s', (body, ...problems) => expect(problemsOf(body)).toEqual(problems));

test('what an extender manages alone is not looked for on nodes', () => {
  const { profiles, extenders } = readConfiguration(`${head}extenders: [{urlPrefix: "https://x", httpTimeout: 1s, managedResources: [{name: a.example/x, ignoredByScheduler: true}, {name: a.example/y}], tlsConfig: {caFile: /ca, certData: YQ==}}]`);
  expect(profiles[0]?.args.NodeResourcesFit.ignoredResources).toEqual(['a.example/x']);
  expect(extenders[0]).toMatchObject({ httpTimeoutMs: 1_000, ignorable: false, tls: { insecure: false, ca: { file: '/ca' }, cert: { data: 'a' } } });
});

test('another kind is refused', () => {
  expect(() => readConfiguration('kind: Policy\napiVersion: v1')).toThrow('no kind "Policy" is registered for version "v1": expected KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1');
  expect(() => readConfiguration(`${head}parallelism: 1\nparallelism: 2`)).toThrow('Map keys must be unique');
});

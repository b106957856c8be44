import type { TestName } from './catalogue.ts';
import { clustersetName, HEADLESS_PODS, headlessService, PORT_NAME, SHARED_SERVICE, webService } from './names.ts';
import type { Ask, PlannedTest, Stage, VerifyCluster } from './planned-test.ts';

/** Calls of a round under a name that several clusters answer: that one of two gets none of them by chance happens once in 32768 rounds. */
const SHARED_CALLS = 16;

const question = (name: string, answers: number, type: 'address' | 'SRV' = 'address'): Ask => ({ kind: 'name', name, type, answers });
const call = (name: string, answeredBy: readonly string[], times = 1): Ask => ({ kind: 'call', target: { name }, answeredBy, times, keepsSource: false });

/** What is tried from `from` about a service of `to`. */
function pairAsks(to: string, namespace: string): Readonly<Record<'not-exported' | 'exported' | 'srv' | 'headless' | 'unexported' | 'no-endpoints', readonly Ask[]>> {
  const web = clustersetName(webService(to), namespace);
  const pods = clustersetName(headlessService(to), namespace);
  const port = `_${PORT_NAME}._tcp`;
  const hosts = HEADLESS_PODS.map((pod) => `${pod}.${to}.${pods}`);
  return {
    'not-exported': [question(web, 0)],
    exported: [question(web, 1), call(web, [to])],
    srv: [question(`${port}.${web}`, 1, 'SRV'), question(`${port}.${pods}`, HEADLESS_PODS.length, 'SRV')],
    // the name between is reserved: CLUSTER.SERVICE has no address, whatever the type of the service
    headless: [question(pods, HEADLESS_PODS.length), ...hosts.map((host) => question(host, 1)), question(`${to}.${pods}`, 0), ...hosts.map((host) => call(host, [to]))],
    unexported: [question(web, 0)],
    'no-endpoints': [question(pods, 0)],
  };
}

type PairTest = keyof ReturnType<typeof pairAsks>;

const STAGE_OF: Readonly<Record<PairTest, Stage>> = { 'not-exported': 'before', exported: 'exported', srv: 'exported', headless: 'exported', unexported: 'withdrawn', 'no-endpoints': 'withdrawn' };

/** Why names are not shared between clusters; none where they should be. */
export function discoveryProblems(clusters: readonly VerifyCluster[]): readonly string[] {
  const outside = clusters.filter(({ isMember }) => !isMember).map(({ name }) => `${name} is not joined`).sort();
  if (outside.length > 0) return outside;
  return [
    ...clusters.filter(({ components }) => !components.includes('service-discovery')).map(({ name }) => `${name} was joined without the component service-discovery`),
    ...clusters.flatMap(({ importRefusal, name }) => (importRefusal === undefined ? [] : [`${name} imports nothing here: ${importRefusal}`])),
  ];
}

interface Draft {
  readonly name: TestName;
  readonly where: string;
  readonly from: VerifyCluster;
  readonly others: readonly VerifyCluster[];
  readonly stage: Stage;
  readonly asks: readonly Ask[];
  readonly service: string;
  readonly problems?: readonly string[];
}

function finish({ asks, from, name, others, problems = [], service, stage, where }: Draft): PlannedTest {
  const reasons = [...discoveryProblems([from, ...others]), ...problems].sort(); // alike for both directions
  return { name, where, clusters: [from, ...others].map((each) => each.name), from: { cluster: from.name }, stage, asks, service, ...(reasons.length > 0 && { skip: reasons.join('; ') }) };
}

function planPair(name: PairTest, from: VerifyCluster, to: VerifyCluster, namespace: string): PlannedTest {
  const others = from === to ? [] : [to];
  const service = name === 'headless' || name === 'no-endpoints' ? headlessService(to.name) : webService(to.name);
  return finish({ name, where: `${from.name} asks for a service of ${from === to ? 'its own' : to.name}`, from, others, stage: STAGE_OF[name], asks: pairAsks(to.name, namespace)[name], service });
}

function planLocalName(cluster: VerifyCluster, namespace: string): PlannedTest {
  const service = webService(cluster.name);
  const asks: readonly Ask[] = [{ kind: 'name', name: `${service}.${namespace}.svc`, type: 'local', answers: 1, isAddressOf: service }];
  const problems = cluster.isSandbox ? ['clusters of a sandbox have no DNS of their own'] : [];
  return finish({ name: 'local-name', where: cluster.name, from: cluster, others: [], stage: 'exported', asks, service, problems });
}

function planShared(name: 'shared-name' | 'shared-name-left', from: VerifyCluster, all: readonly VerifyCluster[], namespace: string): PlannedTest {
  const answering = (name === 'shared-name' ? all : all.slice(1)).map((each) => each.name);
  const shared = clustersetName(SHARED_SERVICE, namespace);
  const where = `${from.name} calls, ${answering.join(' and ')} ${answering.length === 1 ? 'answers' : 'answer'}`;
  const asks = [question(shared, 1), call(shared, answering, SHARED_CALLS * (all.length - 1))];
  return finish({ name, where, from, others: all.filter((each) => each !== from), stage: name === 'shared-name' ? 'exported' : 'withdrawn', asks, service: SHARED_SERVICE });
}

/** Clusters that share a name: those that can, and all where that is less than two, to say why not. */
export function sharingClusters(all: readonly VerifyCluster[]): readonly VerifyCluster[] {
  const able = all.filter((cluster) => discoveryProblems([cluster]).length === 0);
  return able.length > 1 ? able : all;
}

/** Names before an export, while it stands, and after it. */
export function planDiscovery(all: readonly VerifyCluster[], namespace: string): readonly PlannedTest[] {
  const pairs = (name: PairTest, withOwn = false): readonly PlannedTest[] => all.flatMap((from) => all.filter((to) => withOwn || to !== from).map((to) => planPair(name, from, to, namespace)));
  const sharing = sharingClusters(all);
  return [
    ...pairs('not-exported'),
    ...pairs('exported', true),
    ...pairs('srv'),
    ...pairs('headless'),
    ...all.map((cluster) => planLocalName(cluster, namespace)),
    ...sharing.map((cluster) => planShared('shared-name', cluster, sharing, namespace)),
    ...pairs('unexported'),
    ...sharing.map((cluster) => planShared('shared-name-left', cluster, sharing, namespace)),
    ...pairs('no-endpoints'),
  ];
}

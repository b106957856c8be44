import { fitName } from '../../api/names.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import { stringify } from '../../base/yaml.ts';
import { probePod, type ProbePodOptions } from '../../probe/pods/run-probe-pod.ts';
import { type CallerGroup, groupByCaller, makeRequest, type Places, type VerifySettings } from './call-stage.ts';
import type { TestName } from './catalogue.ts';
import { type ClusterObjects, planObjects, type PlannedObject, type VerifyNamespaces } from './objects.ts';
import { planTests } from './plan-tests.ts';
import { type Disruption, type PlannedTest, type Stage, STAGES } from './planned-test.ts';
import type { VerifySites } from './read-sites.ts';

/** Its host name is a DNS label. */
const MAX_POD_NAME = 63;

/** All that a run is going to do. */
export interface VerifyPlan extends VerifySites {
  readonly namespaces: VerifyNamespaces;
  readonly tests: readonly PlannedTest[];
  /** What is made in each cluster, by its name. */
  readonly objects: ReadonlyMap<string, ClusterObjects>;
}

/** Tests that are run at the same time, after the change that their stage begins with. */
export interface PlannedStage {
  readonly stage: Stage | Disruption;
  readonly tests: readonly PlannedTest[];
}

/** Namespaces of a run. */
export function verifyNamespaces(runID: string): VerifyNamespaces {
  return { pods: `mcs-verify-${runID}`, nodes: `mcs-verify-${runID}-nodes` };
}

/** Which tests are run, in which clusters, with which objects. */
export function planVerify(sites: VerifySites, selected: ReadonlySet<TestName>, namespaces: VerifyNamespaces): VerifyPlan {
  const tests = planTests(sites.clusters, selected, namespaces.pods);
  const objects = sites.clusters.flatMap((cluster) => {
    const site = sites.sites.get(cluster.name);
    const planned = site && planObjects(cluster, tests, namespaces, site.image);
    return planned === undefined ? [] : [[cluster.name, planned] as const];
  });
  return { ...sites, namespaces, tests, objects: new Map(objects) };
}

/** `exported`, `gateway-move-west` */
export function stageName(stage: Stage | Disruption): string {
  return typeof stage === 'string' ? stage : `${stage.test}-${stage.cluster}`;
}

const TITLES: Readonly<Record<Stage, string>> = {
  before: 'Before the export',
  exported: 'Names and calls',
  withdrawn: 'After the export is taken back',
};

/** A stage for people. */
export function describeStage(stage: Stage | Disruption): string {
  if (typeof stage === 'string') return TITLES[stage];
  return `${stage.test === 'gateway-move' ? 'Move the gateway' : 'Restart the gateway'} of ${stage.cluster}`;
}

/** The stages that have tests to run, in their order. */
export function stagesOf({ tests }: Pick<VerifyPlan, 'tests'>): readonly PlannedStage[] {
  const active = tests.filter(({ skip }) => skip === undefined);
  const disruptions = new Map(active.flatMap(({ stage }) => (typeof stage === 'string' ? [] : [[stageName(stage), stage] as const])));
  const all: readonly (Stage | Disruption)[] = [...STAGES, ...disruptions.values()];
  return all.map((stage) => ({ stage, tests: active.filter((test) => stageName(test.stage) === stageName(stage)) })).filter((planned) => planned.tests.length > 0);
}

/** The pod that tries the tests of a group. */
export function callerPod({ clusters, namespaces }: VerifyPlan, { from }: CallerGroup, stage: Stage | Disruption): Pick<ProbePodOptions, 'name' | 'namespace' | 'node' | 'host'> {
  const { cluster, isNode, role } = from;
  const node = role && clusters.find(({ name }) => name === cluster)?.[role];
  return {
    // of a stage alone: that of the stage before may not be gone yet
    name: fitName(['ask', ...(role === undefined ? [] : [role]), stageName(stage)].join('-'), MAX_POD_NAME),
    namespace: isNode === true ? namespaces.nodes : namespaces.pods,
    ...(node !== undefined && { node }),
    ...(isNode === true && { host: { capabilities: [] } }),
  };
}

const toManifest = ({ object, resource }: PlannedObject): string => stringify({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...object }, { aliasDuplicateObjects: false, lineWidth: 0 });

/** Addresses that are not known before the test servers run. */
function awaitedPlaces({ objects }: VerifyPlan): Places {
  return new Map([...objects].map(([cluster, { servers }]) => [cluster, { pods: new Map(servers.map(({ object: { metadata: { name } } }) => [name, `<address of ${name} in ${cluster}>`])), services: new Map() }]));
}

function describeCallers(plan: VerifyPlan, cluster: string, settings: VerifySettings): readonly PlannedObject[] {
  const { image = '', nameServer } = plan.sites.get(cluster) ?? {};
  const { signal } = new AbortController(); // of pods that are only described
  return stagesOf(plan).flatMap(({ stage, tests }) =>
    groupByCaller(tests.filter(({ from }) => from.cluster === cluster)).map((group) => {
      const request = { calls: makeRequest(group, awaitedPlaces(plan), settings, nameServer) };
      return { resource: resources.pods, object: probePod({ ...callerPod(plan, group, stage), image, request, startMs: settings.operationMs, signal, progress: () => undefined }) };
    }),
  );
}

/** All that a run would create, as YAML, by cluster; pods that call are told the addresses of their servers once those run. */
export function describeManifests(plan: VerifyPlan, settings: VerifySettings): string {
  const sections = [...plan.objects].map(([cluster, { exports, namespaces, servers, services }]) => {
    const objects = [...namespaces, ...services, ...servers, ...exports, ...describeCallers(plan, cluster, settings)];
    return `# in ${cluster}\n${objects.map(toManifest).join('---\n')}`;
  });
  return sections.join('---\n');
}

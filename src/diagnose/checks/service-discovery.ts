import { objectKey, resources } from '../../api/resources.ts';
import type { Condition, ServiceExport } from '../../api/types/index.ts';
import { type ExportState, type SharedService, sharedServices } from '../../inspect/shared-services.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import { type CheckOutcome, count, fail, pass, warn } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';

type ConditionSummary = ExportState['conditions'][number];

function findCondition(conditions: readonly ConditionSummary[] | undefined, type: string): ConditionSummary | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function describeCondition(object: ServiceExport, condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): string {
  return `${objectKey(object.metadata)}: ${condition.type}=${condition.status} ${condition.reason}: ${condition.message}`;
}

/** Exports that are not valid or not ready, as their conditions say. */
export function judgeExports(context: DiagnoseContext): CheckOutcome {
  const { exports } = memberOf(context);
  const troubles = exports.flatMap((object) => {
    const conditions = object.status?.conditions;
    const bad = ['Valid', 'Ready'].map((type) => findCondition(conditions, type)).find((condition) => condition !== undefined && condition.status !== 'True');
    if (bad !== undefined) return [describeCondition(object, bad)];
    return findCondition(conditions, 'Valid') === undefined ? [`${objectKey(object.metadata)}: the controller has not looked at it`] : [];
  });
  const first = exports[0]?.metadata;
  if (troubles.length === 0) return pass(count(exports.length, 'export'));
  return fail(troubles, [`${kubectlFor(context)} -n ${first?.namespace ?? ''} describe serviceexport`]);
}

/** Exports that do not agree with those of other clusters, as the controller found. */
export function judgeConflicts(context: DiagnoseContext): CheckOutcome {
  const conflicts = memberOf(context).exports.flatMap((object) => {
    const condition = findCondition(object.status?.conditions, 'Conflict');
    return condition?.status === 'True' ? [describeCondition(object, condition)] : [];
  });
  return conflicts.length === 0 ? pass() : warn(conflicts, ['Make the exported Services agree, or unexport all but one: the oldest export wins until then']);
}

/** Services that some member exports with success, but that are not imported here. */
export function findMissingImports(services: readonly SharedService[], cluster: string, namespaces: ReadonlySet<string>): readonly SharedService[] {
  return services.filter(({ namespace, exports, imports }) => {
    const isExported = exports.some(({ conditions }) => findCondition(conditions, 'Ready')?.status === 'True');
    return isExported && namespaces.has(namespace) && !imports.some((found) => found.cluster === cluster);
  });
}

async function readNamespaces({ cluster }: DiagnoseContext, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { items } = await cluster.client.list(resources.namespaces, { signal });
  return new Set(items.map(({ metadata }) => metadata.name));
}

/** What others export and this cluster lacks; `present` are its namespaces. */
export function judgeImports(context: DiagnoseContext, present: ReadonlySet<string>): CheckOutcome {
  const { cluster, fleet } = context;
  const services = sharedServices(fleet.clusters.map(({ state }) => state));
  const missing = findMissingImports(services, nameOf(cluster), present);
  const absent = services.filter(({ namespace, exports }) => exports.length > 0 && !present.has(namespace));
  if (missing.length > 0) {
    const evidence = missing.map(({ namespace, name, exports }) => `${namespace}/${name} is exported by ${exports.map((found) => found.cluster).join(', ')} but not imported here`);
    return fail(evidence, [`${kubectlFor(context)} -n submariner-operator logs deployment/mcs-controller`]);
  }
  if (absent.length === 0) return pass(count(services.length, 'shared service'));
  const evidence = absent.map(({ namespace, name }) => `${namespace}/${name} cannot be imported: there is no namespace "${namespace}" here`);
  return warn(evidence, [...new Set(absent.map(({ namespace }) => `${kubectlFor(context)} create namespace ${namespace}`))]);
}

/** Imports that nobody answers. */
export function judgeEndpoints(context: DiagnoseContext): CheckOutcome {
  const cluster = nameOf(context.cluster);
  const services = sharedServices([context.cluster.state]).flatMap(({ namespace, name, imports }) => {
    const found = imports.find((candidate) => candidate.cluster === cluster);
    return found === undefined ? [] : [{ key: `${namespace}/${name}`, ready: Object.values(found.endpoints).reduce((sum, count) => sum + count, 0) }];
  });
  const empty = services.filter(({ ready }) => ready === 0).map(({ key }) => `${key} has no ready endpoint in any cluster`);
  return empty.length === 0 ? pass(count(services.length, 'import')) : warn(empty, ['mcs show services']);
}

export const serviceDiscoveryChecks: readonly ClusterCheck[] = [
  { id: 'MCS-SD-01', title: 'Every export is valid and on the broker', topic: 'service-discovery', needs: ['MCS-DEP-01'], run: (context) => Promise.resolve(judgeExports(context)) },
  { id: 'MCS-SD-02', title: 'No export is in conflict with another cluster', topic: 'service-discovery', needs: ['MCS-DEP-01'], run: (context) => Promise.resolve(judgeConflicts(context)) },
  { id: 'MCS-SD-03', title: 'Every exported service is imported here', topic: 'service-discovery', needs: ['MCS-DEP-01'], run: async (context, signal) => judgeImports(context, await readNamespaces(context, signal)) },
  { id: 'MCS-SD-04', title: 'Every import has a ready endpoint', topic: 'service-discovery', needs: ['MCS-SD-03', 'MCS-SD-08'], run: (context) => Promise.resolve(judgeEndpoints(context)) },
];

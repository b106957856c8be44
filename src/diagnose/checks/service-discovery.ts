import { objectKey, resources } from '../../api/resources.ts';
import type { Condition, ServiceExport, ServiceImport } from '../../api/types/index.ts';
import { type ExportState, type SharedService, sharedServices } from '../../inspect/shared-services.ts';
import { nameOf } from '../../inspect/survey-fleet.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { SERVICE_OWNER } from '../../sync/service/broker-objects.ts';
import { type CheckOutcome, count, fail, pass, warn } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf } from '../context.ts';
import { brokerSuspects } from './broker-path.ts';
import { conflictChecks } from './conflicts.ts';
import { emptyImportChecks } from './empty-imports.ts';

type ConditionSummary = ExportState['conditions'][number];

function findCondition(conditions: readonly ConditionSummary[] | undefined, type: string): ConditionSummary | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function describeCondition({ metadata }: ServiceExport, { type, status, reason, message }: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>): string {
  const key = objectKey(metadata);
  return `${key}: ${type}=${status} ${reason}: ${reason === 'NoService' ? `there is no Service ${key}` : message}`;
}

/** Exports that are not valid or not ready, as their conditions say. */
export function judgeExports(context: DiagnoseContext): CheckOutcome {
  const { exports } = memberOf(context);
  const troubles = exports.flatMap((object) => {
    const conditions = object.status?.conditions;
    const { name, namespace = '' } = object.metadata;
    const fix = `${kubectlFor(context)} -n ${namespace} describe serviceexport ${name}`;
    const bad = ['Valid', 'Ready'].map((type) => findCondition(conditions, type)).find((condition) => condition !== undefined && condition.status !== 'True');
    if (bad !== undefined) return [{ evidence: describeCondition(object, bad), fix, isOnItsWay: bad.type === 'Ready' }];
    return findCondition(conditions, 'Valid') === undefined ? [{ evidence: `${objectKey(object.metadata)}: the controller has not looked at it`, fix, isOnItsWay: false }] : [];
  });
  if (troubles.length === 0) return pass(count(exports.length, 'export'));
  const outcome = fail(troubles.map(({ evidence }) => evidence), troubles.map(({ fix }) => fix));
  return troubles.every(({ isOnItsWay }) => isOnItsWay) ? { ...outcome, suspects: brokerSuspects(context) } : outcome;
}

const isExported = ({ exports }: Pick<SharedService, 'exports'>): boolean => exports.some(({ conditions }) => findCondition(conditions, 'Ready')?.status === 'True');

/** Services that some member exports with success, but that are not imported here. */
export function findMissingImports(services: readonly SharedService[], cluster: string, namespaces: ReadonlySet<string>): readonly SharedService[] {
  return services.filter(({ namespace, exports, imports }) => {
    return isExported({ exports }) && namespaces.has(namespace) && !imports.some((found) => found.cluster === cluster);
  });
}

/** Imports that stand in the way of ours: somebody else made them, for services that some member exports. */
export function findForeignImports(imports: readonly ServiceImport[], services: readonly SharedService[]): readonly string[] {
  const exported = new Set(services.filter(isExported).map(({ namespace, name }) => `${namespace}/${name}`));
  return imports.filter((object) => !isOwnedBy(object, SERVICE_OWNER)).map(({ metadata }) => objectKey(metadata)).filter((key) => exported.has(key));
}

async function readNamespaces({ cluster }: DiagnoseContext, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { items } = await cluster.client.list(resources.namespaces, { signal });
  return new Set(items.map(({ metadata }) => metadata.name));
}

/** Of all clusters: as many as services times clusters, so not for each cluster anew. */
const readShared = ({ fleet, fleetReadings }: DiagnoseContext): Promise<readonly SharedService[]> => fleetReadings.get('shared services', () => Promise.resolve(sharedServices(fleet.clusters.map(({ state }) => state))));

/** What others export and this cluster lacks; `present` are its namespaces. */
export function judgeImports(context: DiagnoseContext, present: ReadonlySet<string>, services: readonly SharedService[]): CheckOutcome {
  const { cluster } = context;
  const missing = findMissingImports(services, nameOf(cluster), present);
  const foreign = findForeignImports(cluster.state.member?.imports ?? [], services);
  if (foreign.length > 0) {
    const evidence = foreign.map((key) => `${key} has a ServiceImport here that mcs did not make, so it is left alone and the service is not imported`);
    return fail(evidence, foreign.map((key) => `${kubectlFor(context)} -n ${key.split('/')[0] ?? ''} delete serviceimport ${key.split('/')[1] ?? ''}   # mcs makes it anew`));
  }
  const absent = services.filter(({ namespace, exports }) => exports.length > 0 && !present.has(namespace));
  if (missing.length > 0) {
    const evidence = missing.map(({ namespace, name, exports }) => `${namespace}/${name} is exported by ${exports.map((found) => found.cluster).join(', ')} but not imported here`);
    return fail(evidence, [`${kubectlFor(context)} -n submariner-operator logs deployment/mcs-controller`]);
  }
  if (absent.length === 0) return pass(count(services.length, 'shared service'));
  const evidence = absent.map(({ namespace, name }) => `${namespace}/${name} cannot be imported: there is no namespace "${namespace}" here`);
  return warn(evidence, [...new Set(absent.map(({ namespace }) => `${kubectlFor(context)} create namespace ${namespace}`))]);
}

export const serviceDiscoveryChecks: readonly ClusterCheck[] = [
  { id: 'MCS-SD-01', title: 'Every export is valid and on the broker', topic: 'service-discovery', needs: ['MCS-DEP-01', 'MCS-DEP-09'], run: (context) => Promise.resolve(judgeExports(context)) },
  ...conflictChecks,
  { id: 'MCS-SD-03', title: 'Every exported service is imported here', topic: 'service-discovery', needs: ['MCS-DEP-01', 'MCS-DEP-09'], run: async (context, signal) => judgeImports(context, await readNamespaces(context, signal), await readShared(context)) },
  ...emptyImportChecks,
];

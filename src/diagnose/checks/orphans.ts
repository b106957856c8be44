import { MCS_SERVICE_NAME, MEMBER } from '../../api/labels.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { KubeObject, Service, ServiceImport } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import { brokerOf } from '../../inspect/same-set.ts';
import type { FleetMember } from '../../inspect/survey-fleet.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { SERVICE_OWNER } from '../../sync/service/broker-objects.ts';
import { type BrokerReading, readBrokerIn, readBrokerObjects } from '../broker-readings.ts';
import { type CheckOutcome, firstLines, pass, skip, warn } from '../check.ts';
import { readServices } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor } from '../context.ts';
import { brokerSuspects } from './broker-path.ts';

/** Objects that are told; the rest is counted. */
const SHOWN = 5;
/** For controllers and the desk to take away what has just lost its origin, ms. */
const SETTLE_MS = 3_000;

/** An object that nothing stands behind any more. */
export interface Orphan {
  readonly resource: 'ServiceImport' | 'Service';
  readonly namespace: string;
  readonly name: string;
  /** What is gone. */
  readonly reason: string;
}

type Broker = Pick<BrokerReading, 'imports' | 'records'>;

function orphan(resource: Orphan['resource'], { name, namespace = '' }: KubeObject['metadata'], reason: string): Orphan {
  return { resource, namespace, name, reason };
}

/** What the controller has made in an importing cluster, of services that nobody has on the broker any more. */
export function findImportOrphans(imports: readonly ServiceImport[], services: readonly Service[], { records }: Pick<Broker, 'records'>): readonly Orphan[] {
  const isGone = (namespace: string | undefined, name: string): boolean => !records.has(objectKey({ name, ...(namespace !== undefined && { namespace }) }));
  const keys = new Set(imports.map(({ metadata }) => objectKey(metadata)));
  const own = imports.filter((object) => isOwnedBy(object, SERVICE_OWNER) && isGone(object.metadata.namespace, object.metadata.name));
  const derived = services.flatMap(({ metadata }) => {
    const of = metadata.labels?.[MCS_SERVICE_NAME];
    if (of === undefined || !isOwnedBy({ metadata }, SERVICE_OWNER)) return [];
    const key = `${metadata.namespace ?? ''}/${of}`;
    if (isGone(metadata.namespace, of)) return [orphan('Service', metadata, `no cluster exports ${key} any more`)];
    return keys.has(key) ? [] : [orphan('Service', metadata, `there is no ServiceImport ${key}`)];
  });
  return [...own.map(({ metadata }) => orphan('ServiceImport', metadata, `no cluster exports ${objectKey(metadata)} any more`)), ...derived];
}

/** What a member has on the broker without exporting it. */
export function findExportOrphans(cluster: string, exported: ReadonlySet<string>, { records }: Pick<Broker, 'records'>): readonly string[] {
  return [...records].filter(([key, all]) => !exported.has(key) && all.some(({ origin }) => origin.cluster === cluster)).map(([key]) => key);
}

/** Copies on the broker of clusters that are no members. */
export function findStrangers(members: ReadonlySet<string>, { imports }: Pick<Broker, 'imports'>): readonly Orphan[] {
  return imports.flatMap(({ metadata }) => {
    const member = metadata.labels?.[MEMBER] ?? '';
    return members.has(member) ? [] : [orphan('ServiceImport', metadata, `the broker has no member "${member}"`)];
  });
}

export interface Leftovers {
  readonly imported: readonly Orphan[];
  readonly strangers: readonly Orphan[];
  /** Services by `namespace/name` that stand on the broker, and have no ServiceExport here. */
  readonly exported: readonly string[];
}

export interface OrphanScene {
  /** Of this cluster; of the one that hosts the broker. */
  readonly kubectl: string;
  readonly brokerKubectl: string;
}

const listOrphans = (orphans: readonly Orphan[]): readonly string[] => firstLines(orphans.map(({ resource, namespace, name, reason }) => `${resource} ${namespace}/${name}: ${reason}`), SHOWN);

const deletes = (orphans: readonly Orphan[], kubectl: string): string[] => orphans.slice(0, SHOWN).map(({ resource, namespace, name }) => `${kubectl} -n ${namespace} delete ${resource.toLowerCase()} ${name}`);

/** Objects of mcs that outlived what they were made of. */
export function judgeOrphans({ exported, imported, strangers }: Leftovers, { kubectl, brokerKubectl }: OrphanScene): CheckOutcome {
  const own = exported.map((key) => `the broker still has the export ${key} of this cluster, which has no such ServiceExport`);
  const evidence = [...listOrphans(imported), ...listOrphans(strangers), ...firstLines(own, SHOWN)];
  if (evidence.length === 0) return pass();
  const logs = [...(imported.length + exported.length > 0 ? [`${kubectl} -n submariner-operator logs deployment/mcs-controller`] : []), ...(strangers.length > 0 ? [`${brokerKubectl} logs deployment/mcs-desk`] : [])];
  return warn(evidence, [...logs, ...deletes(imported, kubectl), ...deletes(strangers, brokerKubectl.replace(/ -n \S+$/, ''))]);
}

/** What is compared. Without `member` the cluster imports nothing; without `members` it hosts no broker. */
interface World {
  readonly broker: Broker;
  readonly member?: { readonly clusterID: string; readonly imports: readonly ServiceImport[]; readonly services: readonly Service[]; readonly exported: ReadonlySet<string> };
  readonly members?: ReadonlySet<string>;
}

const keysOf = (objects: readonly Pick<KubeObject, 'metadata'>[]): ReadonlySet<string> => new Set(objects.map(({ metadata }) => objectKey(metadata)));

function findLeftovers({ broker, member, members }: World): Leftovers {
  return {
    imported: member === undefined ? [] : findImportOrphans(member.imports, member.services, broker),
    exported: member === undefined ? [] : findExportOrphans(member.clusterID, member.exported, broker),
    strangers: members === undefined ? [] : findStrangers(members, broker),
  };
}

/** As the survey and other checks have read it. */
async function readKnown(context: DiagnoseContext, host: FleetMember, signal: AbortSignal): Promise<World | undefined> {
  const { member, broker: hosted } = context.cluster.state;
  const [broker, services] = await Promise.all([readBrokerIn(host, context, signal), member === undefined ? [] : readServices(context, signal)]);
  if (broker === undefined) return undefined;
  const own = member && { clusterID: member.config.clusterID, imports: member.imports, services, exported: keysOf(member.exports) };
  return { broker, ...(own && { member: own }), ...(hosted && { members: new Set(hosted.members.map(({ clusterID }) => clusterID)) }) };
}

/** As it is now. */
async function readAnew({ cluster: { client, state } }: DiagnoseContext, host: FleetMember, signal: AbortSignal): Promise<World | undefined> {
  const { member, broker: hosted } = state;
  const clusters = await host.client.list(resources.clusters, { namespace: host.state.broker?.namespace ?? '', signal });
  const ids = new Set(clusters.items.map(({ spec }) => spec.cluster_id));
  const broker = await readBrokerObjects(host, ids, signal);
  if (broker === undefined) return undefined;
  if (member === undefined) return { broker, ...(hosted && { members: ids }) };
  const [imports, services, exports] = await Promise.all([client.list(resources.serviceImports, { signal }), client.list(resources.services, { labelSelector: MCS_SERVICE_NAME, signal }), client.list(resources.serviceExports, { signal })]);
  const local = imports.items.filter(({ metadata }) => metadata.namespace !== member.config.brokerNamespace);
  return { broker, member: { clusterID: member.config.clusterID, imports: local, services: services.items, exported: keysOf(exports.items) }, ...(hosted && { members: ids }) };
}

const isEmpty = ({ exported, imported, strangers }: Leftovers): boolean => exported.length + imported.length + strangers.length === 0;

/** What is left over in both. */
function inBoth(one: Leftovers, other: Leftovers): Leftovers {
  const known = new Set([...one.imported, ...one.strangers].map((found) => JSON.stringify(found)));
  const isKnown = (found: Orphan): boolean => known.has(JSON.stringify(found));
  return { imported: other.imported.filter(isKnown), strangers: other.strangers.filter(isKnown), exported: other.exported.filter((key) => one.exported.includes(key)) };
}

async function readLeftovers(context: DiagnoseContext, host: FleetMember, signal: AbortSignal): Promise<Leftovers | undefined> {
  const world = await readKnown(context, host, signal);
  const first = world && findLeftovers(world);
  if (first === undefined || isEmpty(first)) return first;
  await sleep(context.clock, SETTLE_MS, signal);
  const now = await readAnew(context, host, signal);
  return now && inBoth(first, findLeftovers(now));
}

async function readAndJudge(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const { cluster, fleet } = context;
  const { member, broker } = cluster.state;
  const host = member === undefined ? (broker && cluster) : brokerOf(fleet, member);
  if (host === undefined) return skip('no cluster that was read hosts the broker');
  try {
    const leftovers = await readLeftovers(context, host, signal);
    if (leftovers === undefined) return skip('what is on the broker may not be read');
    const outcome = judgeOrphans(leftovers, { kubectl: kubectlFor(context), brokerKubectl: `kubectl --context ${host.context} -n ${host.state.broker?.namespace ?? ''}` });
    const isOfController = leftovers.imported.length + leftovers.exported.length > 0;
    return isOfController && leftovers.strangers.length === 0 ? { ...outcome, suspects: brokerSuspects(context) } : outcome;
  } catch (error) {
    if (isForbidden(error)) return skip('needs the permission to "list" services and serviceimports');
    throw error;
  }
}

export const orphanChecks: readonly ClusterCheck[] = [
  { id: 'MCS-SD-07', title: 'Nothing is left of exports and members that are gone', topic: 'service-discovery', needs: ['MCS-K8S-02', 'MCS-DEP-01', 'MCS-DEP-03', 'MCS-DEP-04', 'MCS-DEP-09'], run: readAndJudge },
];

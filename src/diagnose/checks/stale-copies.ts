import { PLACEMENT_POLICY, WINNER, WITHDRAWN_CLUSTERS } from '../../api/labels.ts';
import { objectKey } from '../../api/resources.ts';
import type { Service, ServiceExport, ServiceImport } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import type { EndpointDigests } from '../../inspect/endpoint-digest.ts';
import { brokerOf, membersByID } from '../../inspect/same-set.ts';
import { secondsBetween } from '../../inspect/service/last-change.ts';
import { brokerObjectsOf } from '../../inspect/service/exporters.ts';
import { readServiceView } from '../../inspect/service/read-service-view.ts';
import { importFields, recordFields, type ServiceFields, sourceFields } from '../../inspect/service/service-fields.ts';
import { findPlace, type ServiceView } from '../../inspect/service/service-view.ts';
import type { FleetMember } from '../../inspect/survey-fleet.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { SERVICE_OWNER } from '../../sync/service/broker-objects.ts';
import { type BrokerReading, readBrokerIn } from '../broker-readings.ts';
import { type CheckOutcome, count, fail, firstLines, pass, skip, type Suspect } from '../check.ts';
import { readServices } from '../cluster-readings.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';
import { readBrokerDigests, readSourceDigests } from '../endpoint-readings.ts';
import { findStaleEndpoints, findStaleSettings } from '../trace/judge-import.ts';
import { findStaleExport } from '../trace/judge-source.ts';
import type { Staleness } from '../trace/stale.ts';
import { brokerSuspects } from './broker-path.ts';

/** What changed less than this ago may be on its way, s: controllers work through many services one by one. */
const ON_ITS_WAY_SECONDS = 10;
/** Services that are compared field by field; differences told of one; for reading one, ms. */
const EXAMINED = 5;
const SHOWN = 3;
const READ_MS = 5_000;
/** For a copy to follow, ms. */
const SETTLE_MS = 3_000;

/** A service of which one copy seems to be behind. */
export interface Candidate {
  /** `namespace/name` */
  readonly key: string;
  /** Cluster id of the exporter. */
  readonly exporter: string;
}

export interface Behind extends Candidate, Staleness {
  /** Since the original changed, s; undefined where that is not known. */
  readonly seconds: number | undefined;
}

export interface StaleScene {
  /** Id of this cluster. */
  readonly cluster: string;
  readonly kubectl: string;
  /** Services of which this cluster has or makes a copy. */
  readonly total: number;
  readonly suspects: readonly Suspect[];
}

/** Whether the copies that this cluster's controller makes are as their originals. */
export function judgeStaleCopies(behind: readonly Behind[], { cluster, kubectl, suspects, total }: StaleScene): CheckOutcome {
  if (behind.length === 0) return pass(count(total, 'service'));
  const lines = behind.flatMap(({ key, exporter, differences, seconds }) => {
    const what = exporter === cluster ? 'the copy on the broker is' : `the endpoints of "${exporter}" here are`;
    return [`${key}: ${what} behind${seconds === undefined ? '' : ` for ${seconds} s`}, which the controller of "${cluster}" has to write`, ...firstLines(differences, SHOWN, 'differences')];
  });
  const fix = [`${kubectl} -n submariner-operator logs deployment/mcs-controller`, ...new Set(behind.map(({ key }) => `mcs diff ${key}`))];
  return { ...fail(lines, fix), suspects };
}

/** What is on the broker: settings and endpoints. */
export interface OnBroker {
  readonly records: BrokerReading['records'];
  readonly endpoints: EndpointDigests;
}

/** What of a cluster's exports and imports is compared with the broker. */
export interface OwnCopies {
  readonly cluster: string;
  readonly exports: readonly ServiceExport[];
  readonly imports: readonly ServiceImport[];
  /** Services by `namespace/name`. */
  readonly services: ReadonlyMap<string, Service>;
  readonly source: EndpointDigests;
  readonly imported: EndpointDigests;
}

const isReady = ({ status }: ServiceExport): boolean => (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');

function differ(one: ServiceFields | undefined, other: ServiceFields | undefined, apart?: string): boolean {
  return one !== undefined && other !== undefined && Object.keys(one).some((field) => field !== apart && one[field] !== other[field]);
}

/** Own exports that the broker has otherwise. */
export function findExportCandidates({ cluster, exports, services, source }: OwnCopies, { endpoints, records }: OnBroker): readonly Candidate[] {
  const isSuspect = (key: string, serviceExport: ServiceExport): boolean => {
    const service = services.get(key);
    const record = records.get(key)?.find(({ origin }) => origin.cluster === cluster);
    if (service === undefined || record === undefined) return service !== undefined;
    return (endpoints.get(key)?.[cluster] ?? 0) !== (source.get(key)?.[cluster] ?? 0) || differ(sourceFields({ cluster, service, serviceExport, slices: [] }), recordFields(record));
  };
  return exports.filter((object) => isReady(object) && isSuspect(objectKey(object.metadata), object)).map(({ metadata }) => ({ key: objectKey(metadata), exporter: cluster }));
}

/** Why an exporter's endpoints may be left out, or others than on the broker, on purpose; what is refused has a check of its own. */
function hasReason({ metadata: { annotations = {} }, status }: ServiceImport): boolean {
  return annotations[WITHDRAWN_CLUSTERS] !== undefined || annotations[PLACEMENT_POLICY] !== undefined || (status?.conditions ?? []).some(({ type, status: value }) => (type.endsWith('/Reachable') && value === 'False') || (type.endsWith('/Rejected') && value === 'True'));
}

/** Imports whose endpoints or settings are others than on the broker. */
export function findImportCandidates({ cluster, imported, imports }: OwnCopies, { endpoints, records }: OnBroker): readonly Candidate[] {
  return imports.filter((object) => isOwnedBy(object, SERVICE_OWNER) && !hasReason(object)).flatMap((serviceImport) => {
    const key = objectKey(serviceImport.metadata);
    const sums = imported.get(key) ?? {};
    const [all, winner] = [records.get(key) ?? [], serviceImport.metadata.annotations?.[WINNER]];
    const deciding = all.find(({ origin }) => origin.cluster === winner && winner !== cluster);
    // several exporters make the ports together
    const isOld = deciding !== undefined && differ(recordFields(deciding), importFields({ serviceImport }, []), all.length === 1 ? undefined : 'ports');
    const exporters = all.map(({ origin }) => origin.cluster).filter((exporter) => exporter !== cluster);
    return exporters.filter((exporter) => (sums[exporter] ?? 0) !== (endpoints.get(key)?.[exporter] ?? 0) || (isOld && exporter === winner)).map((exporter) => ({ key, exporter }));
  });
}

/** What of the copy is behind, as it is now: services change while they are looked at. */
export function examineView(view: ServiceView, own: string, { key, exporter }: Candidate, now: number): Behind | undefined {
  const from = findPlace(view, own);
  // what has left the broker altogether is no copy that is behind
  if (from === undefined || view.broker === undefined || (exporter !== own && brokerObjectsOf(view, exporter).serviceImport === undefined)) return undefined;
  const facts = { view, from, to: exporter, source: findPlace(view, exporter), caller: {}, now };
  const stale = exporter === own ? findOwn(facts) : (findStaleEndpoints(facts) ?? findStaleSettings(facts));
  const seconds = secondsBetween(stale?.changed, now);
  return stale === undefined || (seconds !== undefined && seconds < ON_ITS_WAY_SECONDS) ? undefined : { key, exporter, ...stale, seconds };
}

/** What cannot be exported, and what is not exported any more, has checks of its own. */
function findOwn(facts: Parameters<typeof findStaleExport>[0]): Staleness | undefined {
  return facts.source?.service === undefined || facts.source.serviceExport === undefined ? undefined : findStaleExport(facts);
}

interface Readings {
  readonly host: FleetMember;
  readonly candidates: readonly Candidate[];
}

async function readCandidates(context: DiagnoseContext, host: FleetMember, signal: AbortSignal): Promise<Readings | undefined> {
  const { config, imports, exports, endpointDigests } = memberOf(context);
  if (endpointDigests === undefined) return undefined;
  // copies before originals: what changes in between is then younger than it is allowed to be behind
  const [broker, onBroker] = await Promise.all([readBrokerIn(host, context, signal), readBrokerDigests(host, context, signal)]);
  if (broker === undefined) return undefined;
  const [source, services] = await Promise.all([readSourceDigests(context, signal), exports.length === 0 ? [] : readServices(context, signal)]);
  const copies = { cluster: config.clusterID, exports, imports, services: new Map(services.map((service) => [objectKey(service.metadata), service])), source, imported: endpointDigests };
  const there = { records: broker.records, endpoints: onBroker };
  return { host, candidates: [...findExportCandidates(copies, there), ...findImportCandidates(copies, there)] };
}

async function examine(context: DiagnoseContext, { host, candidates }: Readings, signal: AbortSignal): Promise<readonly Behind[]> {
  const { fleet, cluster } = context;
  const own = memberOf(context).config.clusterID;
  const members = membersByID(fleet);
  const found = await mapConcurrently(candidates.slice(0, EXAMINED), EXAMINED, async (candidate) => {
    const [namespace = '', name = ''] = candidate.key.split('/');
    const clusters = new Set([cluster, host, members.get(candidate.exporter)].filter((one) => one !== undefined));
    const view = await readServiceView({ clusters: [...clusters], unread: [], leftOut: [] }, { namespace, name }, { signal, timeoutMs: READ_MS });
    const clock = candidate.exporter === own ? cluster.client : host.client; // that of the server which noted when the original changed
    return examineView(view, own, candidate, clock.serverTime?.() ?? context.clock.now());
  });
  return found.filter((one) => one !== undefined);
}

/** Where nobody noted when the original changed, or it is gone, a copy that is still behind after some time is. */
async function examineTwice(context: DiagnoseContext, readings: Readings, signal: AbortSignal): Promise<readonly Behind[]> {
  const first = await examine(context, readings, signal);
  const untold = first.filter(({ seconds }) => seconds === undefined);
  if (untold.length === 0) return first;
  await sleep(context.clock, SETTLE_MS, signal);
  return [...first.filter((one) => !untold.includes(one)), ...(await examine(context, { ...readings, candidates: untold }, signal))];
}

async function readAndJudge(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const own = memberOf(context);
  const host = brokerOf(context.fleet, own);
  if (host === undefined) return skip('no cluster that was read hosts the broker');
  try {
    const readings = await readCandidates(context, host, signal);
    if (readings === undefined) return skip('what is on the broker may not be read');
    const suspects = [...brokerSuspects(context), { cluster: subjectNameOf(host, context.fleet), ids: ['MCS-BRK-01'], peer: own.config.clusterID }];
    const total = new Set([...own.imports, ...own.exports].map(({ metadata }) => objectKey(metadata))).size;
    return judgeStaleCopies(await examineTwice(context, readings, signal), { cluster: own.config.clusterID, kubectl: kubectlFor(context), suspects, total });
  } catch (error) {
    if (isForbidden(error)) return skip('needs the permission to "list" endpointslices');
    throw error;
  }
}

export const staleCopyChecks: readonly ClusterCheck[] = [
  { id: 'MCS-SD-06', title: 'No copy of a shared service is behind its original', topic: 'service-discovery', needs: ['MCS-K8S-02', 'MCS-DEP-01', 'MCS-DEP-03', 'MCS-DEP-09'], run: readAndJudge },
];

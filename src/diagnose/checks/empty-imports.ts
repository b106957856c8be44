import { SERVICE_NAME } from '../../api/labels.ts';
import { objectKey, resources, splitKey } from '../../api/resources.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import { brokerOf, isSameSet, membersByID } from '../../inspect/same-set.ts';
import { type FleetMember, nameOf } from '../../inspect/survey-fleet.ts';
import { isForbidden } from '../../kube/api-error.ts';
import { readBroker } from '../broker-readings.ts';
import { type CheckOutcome, count, pass, type Suspect, warn } from '../check.ts';
import { type ClusterCheck, type DiagnoseContext, kubectlFor, memberOf, subjectNameOf } from '../context.ts';

const ID = 'MCS-SD-04';
/** Services of which the exporters are asked; the rest is counted. */
const EXAMINED = 20;

/** A cluster that exports the service. */
export interface Offer {
  /** Cluster id. */
  readonly cluster: string;
  /** Under which its checks run; undefined where it was not read. */
  readonly name?: string;
  /** Endpoints of its Service; undefined where they may not be read. */
  readonly endpoints?: { readonly ready: number; readonly all: number };
}

/** A service of which this cluster has no ready endpoint, though it is imported or exported here. */
export interface EmptyService {
  /** `namespace/name` */
  readonly key: string;
  readonly offers: readonly Offer[];
}

export interface EmptyScene {
  /** Id of this cluster. */
  readonly cluster: string;
  readonly kubectl: string;
  /** Services that were looked at. */
  readonly total: number;
  /** Name of the cluster that hosts the broker, where it was read. */
  readonly broker?: string;
}

interface Finding {
  readonly evidence: string;
  readonly fix: readonly string[];
  /** None where it is to be mended here. */
  readonly suspects: readonly Suspect[];
}

/** A cluster whose own Service has no ready endpoint is where it is to be mended. */
function judgeOne({ key, offers }: EmptyService, { cluster, kubectl, broker }: EmptyScene): Finding {
  const text = `${key} has no ready endpoint`;
  const own = offers.find((offer) => offer.cluster === cluster);
  const others = offers.filter((offer) => offer.cluster !== cluster);
  const { namespace = '', name } = splitKey(key);
  if (own?.endpoints?.ready === 0 && others.every(({ endpoints }) => endpoints === undefined || endpoints.ready === 0)) {
    const evidence = `${text}: its Service has ${own.endpoints.all === 0 ? 'no endpoint' : `${own.endpoints.ready} of ${count(own.endpoints.all, 'endpoint')} ready`} here`;
    return { evidence: [evidence, ...others.map(describeOffer)].join(', '), fix: [`${kubectl} -n ${namespace} describe service ${name}`, `${kubectl} -n ${namespace} get pods`], suspects: [] };
  }
  const fix = [`mcs trace ${key}`];
  if (others.length === 0) return { evidence: `${text} here, and no cluster is known to export it`, fix, suspects: [] };
  return { evidence: `${text} here: ${others.map(describeOffer).join(', ')}`, fix, suspects: others.flatMap((offer) => suspectsOf(offer, cluster, broker)) };
}

function describeOffer({ cluster, endpoints, name }: Offer): string {
  if (name === undefined) return `"${cluster}" exports it and was not read`;
  if (endpoints === undefined) return `"${cluster}" exports it`;
  return endpoints.all === 0 ? `"${cluster}" has none either` : `"${cluster}" has ${endpoints.ready} of ${endpoints.all} ready`;
}

/** What keeps endpoints that are ready from coming here is a fault of their cluster, or of the way. */
function suspectsOf({ cluster: id, endpoints, name }: Offer, cluster: string, broker: string | undefined): readonly Suspect[] {
  const silent: Suspect[] = broker === undefined ? [] : [{ cluster: broker, ids: ['MCS-BRK-01'], peer: id }];
  if (name === undefined) return silent;
  if (endpoints?.ready === 0) return [{ cluster: name, ids: [ID] }];
  return [{ cluster: name, ids: ['MCS-DEP-01', 'MCS-DEP-03', 'MCS-SD-06', 'MCS-SD-01'] }, ...silent, { cluster, ids: ['MCS-DEP-03', 'MCS-NET-04'] }, { cluster, ids: ['MCS-NET-07'], peer: id }, { cluster: name, ids: ['MCS-NET-04'] }, { cluster: name, ids: ['MCS-NET-07'], peer: cluster }];
}

/** Services that nobody answers. What is to be mended in another cluster refers to there. */
export function judgeEmpty(empty: readonly EmptyService[], scene: EmptyScene): CheckOutcome {
  if (empty.length === 0) return pass(count(scene.total, 'service'));
  const findings = empty.map((service) => judgeOne(service, scene));
  const own = findings.filter(({ suspects }) => suspects.length === 0);
  const told = own.length > 0 ? own : findings;
  const outcome = warn(told.map(({ evidence }) => evidence), [...new Set(told.flatMap(({ fix }) => fix))]);
  const suspects = new Map(told.flatMap((one) => one.suspects).map((suspect) => [JSON.stringify(suspect), suspect]));
  return suspects.size === 0 ? outcome : { ...outcome, suspects: [...suspects.values()] };
}

/** Endpoints of the Service itself, in the cluster that exports it; undefined where they may not be read. */
async function countOf({ client, context }: FleetMember, key: string, { fleetReadings }: DiagnoseContext, signal: AbortSignal): Promise<Offer['endpoints']> {
  const { namespace = '', name } = splitKey(key);
  return fleetReadings.get(`endpoints of ${key} in ${context}`, async () => {
    try {
      const { items } = await client.list(resources.endpointSlices, { namespace, labelSelector: `${SERVICE_NAME}=${name}`, signal });
      const endpoints = items.flatMap((slice) => slice.endpoints ?? []);
      // an unset condition means ready (EndpointSlice API)
      return { all: endpoints.length, ready: endpoints.filter(({ conditions }) => conditions?.ready !== false).length };
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  });
}

/** Exporters as their ServiceExports and the broker have them. */
async function readOffers(key: string, context: DiagnoseContext, signal: AbortSignal): Promise<readonly Offer[]> {
  const own = memberOf(context);
  const members = [...membersByID(context.fleet)].filter(([, { state }]) => state.member !== undefined && isSameSet(own, state.member) !== false);
  const exporters = members.filter(([, { state }]) => state.member?.exports.some(({ metadata }) => objectKey(metadata) === key));
  const offers = await Promise.all(exporters.map(async ([id, member]): Promise<Offer> => {
    const endpoints = await countOf(member, key, context, signal);
    return { cluster: id, name: subjectNameOf(member, context.fleet), ...(endpoints && { endpoints }) };
  }));
  const broker = await readBroker(context, signal);
  const unread = (broker?.records.get(key) ?? []).map(({ origin }) => origin.cluster).filter((id) => !members.some(([known]) => known === id));
  return [...offers, ...unread.map((cluster) => ({ cluster }))];
}

function findEmpty(context: DiagnoseContext): { readonly keys: readonly string[]; readonly total: number } {
  const { exports, imports, readyEndpoints } = memberOf(context);
  const offered = exports.filter(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'));
  const all = [...new Set([...imports, ...offered].map(({ metadata }) => objectKey(metadata)))];
  return { total: all.length, keys: all.filter((key) => Object.values(readyEndpoints.get(key) ?? {}).every((ready) => ready === 0)) };
}

async function examine(context: DiagnoseContext, signal: AbortSignal): Promise<CheckOutcome> {
  const { keys, total } = findEmpty(context);
  const host = brokerOf(context.fleet, memberOf(context));
  const empty: EmptyService[] = [];
  await mapConcurrently(keys.slice(0, EXAMINED), 8, async (key) => { empty.push({ key, offers: await readOffers(key, context, signal) }); });
  const outcome = judgeEmpty(empty.toSorted((a, b) => (a.key < b.key ? -1 : 1)), { cluster: nameOf(context.cluster), kubectl: kubectlFor(context), total, ...(host && { broker: subjectNameOf(host, context.fleet) }) });
  return keys.length <= EXAMINED ? outcome : { ...outcome, evidence: [...outcome.evidence, `and ${keys.length - EXAMINED} more that have none`] };
}

export const emptyImportChecks: readonly ClusterCheck[] = [
  { id: ID, title: 'Every import has a ready endpoint', topic: 'service-discovery', needs: ['MCS-SD-03', 'MCS-SD-06', 'MCS-SD-08'], run: examine },
];

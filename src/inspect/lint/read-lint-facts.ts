import { parseCidr } from '../../api/cidr.ts';
import { MCS_SERVICE_NAME, SERVICE_NAME, WINNER } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { Cluster, EndpointSlice, IpFamily, Service, ServiceExport } from '../../api/types/index.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { grantedRanges } from '../../sync/service/address-policy.ts';
import { findExportProblem } from '../../sync/service/export-problem.ts';
import { readBrokerImport } from '../../sync/service/read-broker-import.ts';
import { readLocalService } from '../../sync/service/service-record.ts';
import type { MemberState } from '../cluster-state.ts';
import { listServed } from '../read-cluster.ts';
import { brokerOf, isSameSet } from '../same-set.ts';
import type { Fleet, FleetMember } from '../survey-fleet.ts';
import type { LintFacts, TargetFacts } from './lint-facts.ts';
import { namespaceOf } from './planned-export.ts';

type Member = FleetMember & { readonly state: { readonly member: MemberState } };

/** Where the other members' exports were read. */
export type ExportSource = 'broker' | 'members' | 'nowhere';

export interface ReadFacts {
  readonly facts: LintFacts;
  readonly source: ExportSource;
}

const isMember = (cluster: FleetMember): cluster is Member => cluster.state.member !== undefined;

/** The broker of the target's set; that of a cluster that is no member is the only one that there is. */
function findBroker(fleet: Fleet, target: Member | undefined): FleetMember | undefined {
  if (target !== undefined) return brokerOf(fleet, target.state.member);
  const [broker, ...others] = fleet.clusters.filter(({ state }) => state.broker !== undefined);
  return others.length === 0 ? broker : undefined;
}

/** Reads what files with these keys have to be compared with. `context` is where they are going to be applied. Throws what the client throws. */
export async function readLintFacts(fleet: Fleet, context: string | undefined, keys: readonly string[], signal: AbortSignal): Promise<ReadFacts> {
  const wanted = new Set(keys);
  const members = fleet.clusters.filter(isMember);
  const target = members.find((member) => member.context === context);
  const peers = target === undefined ? members : members.filter(({ state }) => isSameSet(state.member, target.state.member) !== false);
  const broker = findBroker(fleet, target);
  const [clusters, records] = await Promise.all([broker === undefined ? [] : readClusters(broker, signal), broker === undefined ? readMembersExports(peers, wanted, signal) : readBrokerExports(broker, wanted, signal)]);
  const self = clusters.find(({ spec }) => spec.cluster_id === target?.state.member.config.clusterID);
  const targetFacts = target === undefined ? undefined : await readTarget(target, wanted, self, signal);
  const facts: LintFacts = {
    ...(targetFacts && { target: targetFacts }),
    exporters: Map.groupBy(records, ({ origin }) => objectKey(origin)),
    policies: peers.map(({ state: { member: { config } } }) => ({ cluster: config.clusterID, policy: policyOf(config) })),
    ...(broker && { members: clusters.map(({ spec }) => spec.cluster_id) }),
  };
  return { facts, source: broker !== undefined ? 'broker' : peers.length > 0 ? 'members' : 'nowhere' };
}

function policyOf({ brokerNamespace, importNamespaces, denyNamespaces }: MemberState['config']): LintFacts['policies'][number]['policy'] {
  return { reserved: [MEMBER_NAMESPACE, brokerNamespace], ...(importNamespaces && { importNamespaces }), ...(denyNamespaces && { denyNamespaces }) };
}

async function readClusters({ client, state }: FleetMember, signal: AbortSignal): Promise<readonly Cluster[]> {
  return listServed(client, resources.clusters, { namespace: state.broker?.namespace ?? '', signal });
}

/** What importers read: the very objects, by the very functions. */
async function readBrokerExports({ client, state }: FleetMember, wanted: ReadonlySet<string>, signal: AbortSignal): Promise<SyncRecord[]> {
  const imports = await listServed(client, resources.serviceImports, { namespace: state.broker?.namespace ?? '', labelSelector: MCS_SERVICE_NAME, signal });
  return imports.flatMap((object) => readBrokerImport(object).accepted ?? []).filter(({ origin }) => wanted.has(objectKey(origin)));
}

/** Without the broker: what each member is going to tell it. Which one came first is then a guess by the age of the ServiceExports. */
async function readMembersExports(members: readonly Member[], wanted: ReadonlySet<string>, signal: AbortSignal): Promise<SyncRecord[]> {
  const read = members.map(async (member) => {
    const exports = member.state.member.exports.filter(({ metadata }) => wanted.has(objectKey(metadata)));
    const { services, slices } = await readServices(member, new Set(exports.map(({ metadata }) => objectKey(metadata))), signal);
    return exports.flatMap((serviceExport) => toRecord(member, serviceExport, services, slices));
  });
  return (await Promise.all(read)).flat();
}

function toRecord({ state }: Member, serviceExport: ServiceExport, services: ReadonlyMap<string, Service>, slices: ReadonlyMap<string, readonly EndpointSlice[]>): SyncRecord[] {
  const key = objectKey(serviceExport.metadata);
  const service = services.get(key);
  if (service === undefined || findExportProblem(service) !== undefined) return [];
  const { record } = readLocalService({ cluster: state.member.config.clusterID, service, serviceExport, slices: slices.get(key) ?? [], isRoutable: () => true });
  return [{ ...record, createdAt: serviceExport.metadata.creationTimestamp ?? '' }];
}

async function readServices({ client }: FleetMember, wanted: ReadonlySet<string>, signal: AbortSignal): Promise<{ services: Map<string, Service>; slices: Map<string, EndpointSlice[]> }> {
  const namespaces = [...new Set([...wanted].map(namespaceOf))];
  const serviceKey = ({ metadata }: EndpointSlice): string => objectKey({ ...metadata, name: metadata.labels?.[SERVICE_NAME] ?? '' });
  const [services, slices] = await Promise.all([
    Promise.all(namespaces.map((namespace) => listServed(client, resources.services, { namespace, signal }))),
    Promise.all(namespaces.map((namespace) => listServed(client, resources.endpointSlices, { namespace, labelSelector: SERVICE_NAME, signal }))),
  ]);
  const known = services.flat().filter(({ metadata }) => wanted.has(objectKey(metadata)));
  return { services: new Map(known.map((service) => [objectKey(service.metadata), service])), slices: Map.groupBy(slices.flat().filter((slice) => wanted.has(serviceKey(slice))), serviceKey) };
}

async function readTarget(member: Member, wanted: ReadonlySet<string>, self: Cluster | undefined, signal: AbortSignal): Promise<TargetFacts> {
  const { config, exports, imports } = member.state.member;
  const { services, slices } = await readServices(member, wanted, signal);
  const families = config.serviceCIDRs.map((range) => parseCidr(range)?.family).filter((family): family is IpFamily => family !== undefined);
  return {
    cluster: config.clusterID,
    services,
    slices,
    exports: new Map(exports.map((one) => [objectKey(one.metadata), one])),
    winners: new Map(imports.flatMap(({ metadata }) => (metadata.annotations?.[WINNER] === undefined ? [] : [[objectKey(metadata), metadata.annotations[WINNER]] as const]))),
    families: [...new Set(families)],
    ...(self && { granted: grantedRanges(self) }),
  };
}

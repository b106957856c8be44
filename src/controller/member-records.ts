import type { EndpointGroup, SyncRecord } from '../sync/record.ts';
import type { EndpointSlice } from '../api/types/index.ts';
import type { AddressPolicy } from '../sync/service/address-policy.ts';
import { readBrokerImport } from '../sync/service/read-broker-import.ts';
import { readBrokerSlice } from '../sync/service/read-broker-slice.ts';
import type { Rejection } from '../sync/service/rejection.ts';
import { type BrokerCaches, brokerCluster, type LocalCaches, type ServiceKey } from './caches.ts';
import { readLocalExport } from './local-exports.ts';
import { costOf, MAX_SLICES, type MemberQuota } from './member-quota.ts';
import type { ControllerSettings } from './settings.ts';

export interface MemberRecordSources {
  readonly settings: ControllerSettings;
  readonly local: LocalCaches;
  readonly broker: BrokerCaches;
  readonly quota: MemberQuota;
  /** The policy for the broker's present Cluster objects. */
  readonly addressPolicy: () => AddressPolicy;
}

export interface MemberRecords {
  /** One for each exporter, with the endpoints that are acceptable. */
  readonly records: readonly SyncRecord[];
  readonly rejections: readonly Rejection[];
}

/** What exporters say about a service, without endpoints: enough to find conflicts. */
export function readExporters(key: ServiceKey, { broker }: Pick<MemberRecordSources, 'broker'>): MemberRecords {
  const screened = broker.imports.by('service', key).map(readBrokerImport);
  return {
    records: screened.flatMap(({ accepted }) => (accepted !== undefined && keyOf(accepted) === key ? [accepted] : [])),
    rejections: screened.flatMap(({ rejections }) => rejections),
  };
}

function keyOf({ origin }: SyncRecord): ServiceKey {
  return `${origin.namespace}/${origin.name}`;
}

/**
 * Everything that may be imported for a service, after booking it in the members' quota in place of
 * what was booked for it before: the same caches give the same answer however often it is asked.
 */
export function admitMemberRecords(key: ServiceKey, sources: MemberRecordSources): MemberRecords {
  const policy = sources.addressPolicy();
  const exporters = readExporters(key, sources);
  const rejections = [...exporters.rejections];
  const groups = readGroups(key, sources, policy, rejections);
  const records: SyncRecord[] = [];
  for (const record of exporters.records) {
    const { cluster } = record.origin;
    if (cluster === sources.settings.clusterID) {
      records.push(...ownRecord(key, record, sources));
    } else if (!policy.isMember(cluster)) {
      rejections.push({ object: describe(record), reason: 'UnknownMember', message: `cluster "${cluster}" is no member` });
    } else {
      records.push(...admit(key, { ...record, groups: groups.get(cluster) ?? [] }, sources.quota, rejections));
    }
  }
  sources.quota.releaseOthers(key, new Set(records.map(({ origin }) => origin.cluster)));
  return { records, rejections };
}

function describe({ origin }: SyncRecord): string {
  return `ServiceImport ${origin.name}.${origin.namespace}.${origin.cluster}`;
}

/**
 * The own export as it is in this cluster, not as the broker has it: while the broker is away, the
 * own pods behind the clusterset IP still follow their Service.
 */
function ownRecord(key: ServiceKey, { createdAt }: SyncRecord, sources: MemberRecordSources): SyncRecord[] {
  const { record } = readLocalExport(key, sources);
  return record === undefined ? [] : [{ ...record, createdAt }];
}

function readGroups(key: ServiceKey, { broker, settings }: MemberRecordSources, policy: AddressPolicy, rejections: Rejection[]): Map<string, EndpointGroup[]> {
  const groups = new Map<string, EndpointGroup[]>();
  for (const [cluster, slices] of Map.groupBy(broker.slices.by('service', key), brokerCluster)) {
    if (cluster === settings.clusterID) continue; // known from the own cluster
    const own: EndpointGroup[] = [];
    for (const slice of firstSlices(slices, cluster, rejections)) {
      const screened = readBrokerSlice(slice, policy);
      rejections.push(...screened.rejections);
      if (screened.accepted !== undefined) own.push(screened.accepted.group);
    }
    groups.set(cluster, own);
  }
  return groups;
}

/** Before anything of them is read: a flood must not hold up other services. */
function firstSlices(slices: readonly EndpointSlice[], cluster: string, rejections: Rejection[]): readonly EndpointSlice[] {
  if (slices.length <= MAX_SLICES) return slices;
  const sorted = slices.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)); // the same ones after a restart
  const object = `EndpointSlice ${sorted[MAX_SLICES]?.metadata.name ?? ''}`;
  rejections.push({ object, reason: 'QuotaExceeded', message: `cluster "${cluster}" has ${slices.length} slices of this service, of which ${MAX_SLICES} are read` });
  return sorted.slice(0, MAX_SLICES);
}

function admit(key: ServiceKey, record: SyncRecord, quota: MemberQuota, rejections: Rejection[]): SyncRecord[] {
  const verdict = quota.admit(record.origin.cluster, key, costOf(record.groups));
  if (verdict === 'admitted') return [record];
  rejections.push({ object: describe(record), reason: 'QuotaExceeded', message: `cluster "${record.origin.cluster}" has ${verdict}` });
  return verdict === 'too many services' ? [] : [{ ...record, groups: [] }];
}

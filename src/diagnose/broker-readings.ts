import { MCS_SERVICE_NAME } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { ServiceImport } from '../api/types/index.ts';
import { brokerOf } from '../inspect/same-set.ts';
import type { FleetMember } from '../inspect/survey-fleet.ts';
import { isForbidden } from '../kube/api-error.ts';
import type { SyncRecord } from '../sync/record.ts';
import { readBrokerImport } from '../sync/service/read-broker-import.ts';
import { type DiagnoseContext, memberOf } from './context.ts';

/** What the members of a set have put on their broker. */
export interface BrokerReading {
  /** The cluster that hosts it. */
  readonly host: FleetMember;
  readonly imports: readonly ServiceImport[];
  /** What importers take, by `namespace/name`; without endpoints. */
  readonly records: ReadonlyMap<string, readonly SyncRecord[]>;
}

/** What is on the broker in a cluster now; undefined where it may not be read. Nobody takes records of clusters that are no members. */
export async function readBrokerObjects(host: FleetMember, members: ReadonlySet<string>, signal: AbortSignal): Promise<BrokerReading | undefined> {
  try {
    const { items } = await host.client.list(resources.serviceImports, { namespace: host.state.broker?.namespace ?? '', labelSelector: MCS_SERVICE_NAME, signal });
    const records = items.flatMap((object) => readBrokerImport(object).accepted ?? []).filter(({ origin }) => members.has(origin.cluster));
    return { host, imports: items, records: Map.groupBy(records, ({ origin }) => objectKey(origin)) };
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** What is on the broker in a cluster that hosts one, read once for all clusters; undefined where it may not be read. */
export function readBrokerIn(host: FleetMember, { fleetReadings }: Pick<DiagnoseContext, 'fleetReadings'>, signal: AbortSignal): Promise<BrokerReading | undefined> {
  return fleetReadings.get(`exports on the broker in ${host.context}`, () => readBrokerObjects(host, new Set((host.state.broker?.members ?? []).map(({ clusterID }) => clusterID)), signal));
}

/** What is on the broker of a member; undefined where no cluster that was read hosts it. */
export async function readBroker(context: DiagnoseContext, signal: AbortSignal): Promise<BrokerReading | undefined> {
  const host = brokerOf(context.fleet, memberOf(context));
  return host && readBrokerIn(host, context, signal);
}

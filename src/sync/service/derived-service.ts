import { MCS_SERVICE_NAME } from '../../api/labels.ts';
import type { IpFamily, Service, ServicePort } from '../../api/types/index.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { RecordPort, TrafficSettings } from '../record.ts';
import { SERVICE_OWNER } from './broker-objects.ts';
import { derivedServiceName } from './imported-names.ts';
import type { MergedService } from './merge-records.ts';

export interface FamilyChoice {
  /** Families of the importing cluster's services; empty if they are not known. */
  readonly supported: readonly IpFamily[];
  /** The derived Service, where it stands already. */
  readonly standing?: Service;
}

/**
 * Families of the clusterset IPs in this cluster: those of the winner that the cluster has. The
 * families of a standing Service stay, because its addresses must not change while the import lives
 * (KEP-1645 I4). Empty if the winner's are not known; undefined if there is none in common.
 */
export function chooseFamilies(winner: readonly IpFamily[], { supported, standing }: FamilyChoice): readonly IpFamily[] | undefined {
  const usable = supported.length === 0 ? winner : winner.filter((family) => supported.includes(family));
  const kept = standing?.spec.ipFamilies ?? [];
  if (kept.length > 0) return [...kept, ...usable.filter((family) => !kept.includes(family))];
  return winner.length > 0 && usable.length === 0 ? undefined : usable;
}

/** Names of the merged ports within the derived Service: one port may lack a name, several may not. */
export function derivedPortNames(ports: readonly RecordPort[]): ReadonlyMap<string, string> {
  const taken = new Set(ports.map(({ name }) => name));
  let unnamed = 'unnamed';
  while (taken.has(unnamed)) unnamed = `${unnamed}-x`;
  return new Map(ports.map(({ name }) => [name, name === '' && ports.length > 1 ? unnamed : name]));
}

/**
 * The Service whose ClusterIP is the clusterset IP. It has no selector: the imported slices are its
 * endpoints. internalTrafficPolicy is always Cluster, for Local would drop all traffic to endpoints
 * that have no node here (ruling 15); trafficDistribution needs hints, which foreign slices lack.
 */
export function toDerivedService({ winner, ports }: MergedService, families: readonly IpFamily[]): Desired<Service> {
  const { origin, traffic } = winner;
  const names = derivedPortNames(ports.ports);
  const ownership = ownershipLabels({ owner: SERVICE_OWNER, originCluster: origin.cluster, originUid: origin.uid });
  const object = {
    metadata: {
      name: derivedServiceName(origin.namespace, origin.name),
      namespace: origin.namespace,
      labels: { ...ownership, [MCS_SERVICE_NAME]: origin.name },
    },
    spec: {
      type: 'ClusterIP' as const,
      internalTrafficPolicy: 'Cluster' as const,
      ports: ports.ports.map((port) => toServicePort(port, names.get(port.name) ?? port.name)),
      ...familySpec(families),
      ...affinitySpec(traffic),
    },
  };
  const absent = absentAffinity(traffic);
  return { object, ...(absent.length > 0 && { absent }) };
}

/** Session affinity of a Service that stands for another one. */
export function affinitySpec({ sessionAffinity, sessionAffinityConfig }: TrafficSettings): Pick<Service['spec'], 'sessionAffinity' | 'sessionAffinityConfig'> {
  return { sessionAffinity, ...(sessionAffinity === 'ClientIP' && sessionAffinityConfig !== undefined && { sessionAffinityConfig }) };
}

/** Path of the settings where there is no affinity; with ClientIP the API server sets a time of its own where none is given. */
export function absentAffinity({ sessionAffinity }: TrafficSettings): string[][] {
  return sessionAffinity === 'None' ? [['spec', 'sessionAffinityConfig']] : [];
}

/** Families of a Service that has addresses; the API server chooses where they are not known. */
export function familySpec(families: readonly IpFamily[]): Pick<Service['spec'], 'ipFamilies' | 'ipFamilyPolicy'> {
  if (families.length === 0) return {};
  return { ipFamilies: [...families], ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack' };
}

/** Target ports of slices are found by the port's name: `targetPort` is for people to read. */
export function toServicePort({ protocol, port, targetPort = port, appProtocol }: RecordPort, name: string): ServicePort {
  return { name, protocol, port, targetPort, ...(appProtocol !== undefined && { appProtocol }) };
}

import { DERIVED_SERVICE, MCS_SERVICE_NAME, PLACEMENT_POLICY, WINNER, WITHDRAWN_CLUSTERS } from '../../api/labels.ts';
import type { IpFamily, ServiceImport } from '../../api/types/index.ts';
import { appliedKeys, staleKeys } from '../applied-keys.ts';
import { ownershipLabels } from '../ownership.ts';
import type { Desired } from '../plan.ts';
import type { SyncRecord } from '../record.ts';
import { absentTraffic, SERVICE_OWNER, toImportPort } from './broker-objects.ts';
import { derivedServiceName } from './imported-names.ts';
import type { MergedService } from './merge-records.ts';
import { formatPlacement } from './placement.ts';

export interface AggregatedImportInput {
  readonly merged: MergedService;
  /** ClusterIPs of the derived Service and their families; empty for headless services. */
  readonly ips: readonly string[];
  readonly ipFamilies: readonly IpFamily[];
  /** Exporters whose endpoints are withdrawn, because they are silent. */
  readonly withdrawn: readonly string[];
  readonly standing?: ServiceImport;
}

/** Annotations that an import has at times. */
const OPTIONAL = [DERIVED_SERVICE, PLACEMENT_POLICY, WITHDRAWN_CLUSTERS];

/** The one ServiceImport of a service in the importing cluster. */
export function toAggregatedImport(input: AggregatedImportInput): Desired<ServiceImport> {
  const { merged, ips, ipFamilies } = input;
  const { winner, ports } = merged;
  const object = {
    metadata: { name: winner.origin.name, namespace: winner.origin.namespace, labels: labelsOf(winner), annotations: annotationsOf(input) },
    spec: {
      type: winner.kind === 'Headless' ? ('Headless' as const) : ('ClusterSetIP' as const),
      ports: ports.ports.map(toImportPort),
      ips: [...ips],
      ipFamilies: [...ipFamilies],
      ...winner.traffic,
    },
  };
  return { object, absent: [...absentTraffic(winner), ...staleKeys(object.metadata, input.standing, { annotations: OPTIONAL })] };
}

function labelsOf({ origin, exportedLabels }: SyncRecord): Record<string, string> {
  const ownership = ownershipLabels({ owner: SERVICE_OWNER, originCluster: origin.cluster, originUid: origin.uid });
  return { ...exportedLabels, ...ownership, [MCS_SERVICE_NAME]: origin.name };
}

function annotationsOf({ merged: { winner }, withdrawn }: AggregatedImportInput): Record<string, string> {
  const { origin, kind, exportedLabels, exportedAnnotations, placement } = winner;
  return {
    ...exportedAnnotations,
    [WINNER]: origin.cluster,
    ...(kind === 'ClusterSetIP' && { [DERIVED_SERVICE]: derivedServiceName(origin.namespace, origin.name) }),
    ...(placement.mode !== 'all' && { [PLACEMENT_POLICY]: formatPlacement(placement) }),
    ...(withdrawn.length > 0 && { [WITHDRAWN_CLUSTERS]: withdrawn.toSorted().join(',') }),
    ...appliedKeys({ labels: exportedLabels, annotations: exportedAnnotations }),
  };
}

/** Clusters whose endpoints are withdrawn, as an aggregated ServiceImport tells. */
export function readWithdrawn({ metadata }: ServiceImport): string[] {
  return (metadata.annotations?.[WITHDRAWN_CLUSTERS] ?? '').split(',').filter((cluster) => cluster !== '');
}

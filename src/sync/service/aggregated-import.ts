import { APPLIED_KEYS, DERIVED_SERVICE, MCS_SERVICE_NAME, PLACEMENT_POLICY, WINNER, WITHDRAWN_CLUSTERS } from '../../api/labels.ts';
import type { IpFamily, ServiceImport } from '../../api/types/index.ts';
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

interface AppliedKeys {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

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
  return { object, absent: [...absentTraffic(winner), ...staleKeys(object.metadata, input.standing)] };
}

function labelsOf({ origin, exportedLabels }: SyncRecord): Record<string, string> {
  const ownership = ownershipLabels({ owner: SERVICE_OWNER, originCluster: origin.cluster, originUid: origin.uid });
  return { ...exportedLabels, ...ownership, [MCS_SERVICE_NAME]: origin.name };
}

function annotationsOf({ merged: { winner }, withdrawn }: AggregatedImportInput): Record<string, string> {
  const { origin, kind, exportedLabels, exportedAnnotations, placement } = winner;
  const applied: AppliedKeys = { labels: Object.keys(exportedLabels).toSorted(), annotations: Object.keys(exportedAnnotations).toSorted() };
  return {
    ...exportedAnnotations,
    [WINNER]: origin.cluster,
    ...(kind === 'ClusterSetIP' && { [DERIVED_SERVICE]: derivedServiceName(origin.namespace, origin.name) }),
    ...(placement.mode !== 'all' && { [PLACEMENT_POLICY]: formatPlacement(placement) }),
    ...(withdrawn.length > 0 && { [WITHDRAWN_CLUSTERS]: withdrawn.toSorted().join(',') }),
    ...(applied.labels.length + applied.annotations.length > 0 && { [APPLIED_KEYS]: JSON.stringify(applied) }),
  };
}

function readAppliedKeys(standing: ServiceImport | undefined): AppliedKeys {
  try {
    const { labels = [], annotations = [] } = JSON.parse(standing?.metadata.annotations?.[APPLIED_KEYS] ?? '{}') as Partial<AppliedKeys>;
    return { labels, annotations };
  } catch {
    return { labels: [], annotations: [] }; // edited by hand: nothing of it is removed then
  }
}

/** Keys that an earlier state of the export has set and that must go; other people's keys stay. */
function staleKeys(metadata: Pick<ServiceImport['metadata'], 'labels' | 'annotations'>, standing: ServiceImport | undefined): string[][] {
  const applied = readAppliedKeys(standing);
  const paths = [
    ...applied.labels.map((key) => ['labels', key] as const),
    ...[...applied.annotations, DERIVED_SERVICE, PLACEMENT_POLICY, WITHDRAWN_CLUSTERS, APPLIED_KEYS].map((key) => ['annotations', key] as const),
  ];
  return paths.filter(([map, key]) => metadata[map]?.[key] === undefined).map(([map, key]) => ['metadata', map, key]);
}

/** Clusters whose endpoints are withdrawn, as an aggregated ServiceImport tells. */
export function readWithdrawn({ metadata }: ServiceImport): string[] {
  return (metadata.annotations?.[WITHDRAWN_CLUSTERS] ?? '').split(',').filter((cluster) => cluster !== '');
}

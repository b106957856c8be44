import type { SyncRecord } from '../../sync/record.ts';
import { derivedPortNames } from '../../sync/service/derived-service.ts';
import { type MergedService, mergeRecords } from '../../sync/service/merge-records.ts';
import type { Finding } from './finding.ts';
import type { LintFacts } from './lint-facts.ts';
import type { PlannedExport } from './planned-export.ts';
import { findingAt } from './read-objects.ts';

/** Where to look at for each kind of conflict. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  TypeConflict: ['spec'],
  PortConflict: ['spec', 'ports'],
  SessionAffinityConflict: ['spec', 'sessionAffinity'],
  SessionAffinityConfigConflict: ['spec', 'sessionAffinityConfig'],
  InternalTrafficPolicyConflict: ['spec', 'internalTrafficPolicy'],
  TrafficDistributionConflict: ['spec', 'trafficDistribution'],
  IPFamilyConflict: ['spec', 'ipFamilies'],
};
/** Those that the ServiceExport itself makes. */
const OF_EXPORT: Readonly<Record<string, readonly string[]>> = {
  LabelsConflict: ['spec', 'exportedLabels'],
  AnnotationsConflict: ['spec', 'exportedAnnotations'],
  PlacementConflict: ['metadata', 'annotations'],
};

/** Where the exporters are going to disagree once this export stands, by the rules by which the controllers merge. */
export function lintConflicts(planned: PlannedExport, record: SyncRecord, { exporters, target }: LintFacts): Finding[] {
  const standing = exporters.get(planned.key) ?? [];
  const own = standing.find(({ origin }) => origin.cluster === record.origin.cluster);
  const winner = target?.winners.get(planned.key);
  const after = mergeRecords([...standing.filter((other) => other !== own), { ...record, createdAt: own?.createdAt ?? '' }], winner);
  if (after === undefined) return [];
  const before = new Set(mergeRecords(standing, winner)?.conflicts.map(({ reason, message }) => `${reason} ${message}`));
  const conflicts = after.conflicts.map(({ reason, message }) => {
    const stands = before.has(`${reason} ${message}`);
    return at(planned, reason, stands ? 'warning' : 'error', 'conflict', `${reason}: ${message}${stands ? ' (stands already)' : ''}`);
  });
  return [...conflicts, ...lintMergedPorts(planned, record, after)];
}

function at({ inFile, subject, serviceExport }: PlannedExport, reason: string, ...rest: [Finding['severity'], Finding['rule'], string]): Finding {
  const isExport = subject.object.kind === serviceExport.kind;
  const ofExport = OF_EXPORT[reason];
  if (ofExport !== undefined) return findingAt(subject, isExport ? ofExport : ['metadata', 'name'], ...rest);
  return inFile === undefined ? findingAt(subject, ['metadata', 'name'], ...rest) : findingAt(inFile, FIELDS[reason] ?? ['spec'], ...rest);
}

/** What becomes of the ports of this export in the merged service. */
function lintMergedPorts(planned: PlannedExport, { origin, ports }: SyncRecord, { ports: merged, records }: MergedService): Finding[] {
  const names = merged.names.get(origin.cluster);
  if (names === undefined) return []; // another type: the type conflict says it all
  const derived = derivedPortNames(merged.ports);
  return ports.flatMap(({ name, port, protocol }) => {
    const target = names.get(name);
    const shown = name === '' ? 'without a name' : `"${name}"`;
    const warn = (message: string): Finding[] => [at(planned, 'PortConflict', 'warning', 'not-merged', message)];
    if (target === undefined) {
      const other = merged.ports.find((one) => one.name === name);
      const first = records.find((record) => record.ports.some((one) => one.name === name));
      return warn(`The port ${shown} (${port}/${protocol}) is going to get no traffic: of that name, cluster "${first?.origin.cluster ?? ''}" has ${other?.port ?? 0}/${other?.protocol ?? ''}, and comes first`);
    }
    if (target !== name) return warn(`The port ${shown} (${port}/${protocol}) is reached as ${target === '' ? 'the port without a name' : `"${target}"`}, as the exporters before this one call it`);
    const alias = derived.get(target) ?? target;
    return alias === target ? [] : warn(`The port without a name (${port}/${protocol}) cannot be merged with named ones as it is: it is going to be called "${alias}"`);
  });
}

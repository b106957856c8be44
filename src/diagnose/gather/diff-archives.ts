import { count } from '../check.ts';
import { compareReports } from '../compare-reports.ts';
import { diffObjects, type FieldChange } from './diff-objects.ts';
import type { Archive } from './open-archive.ts';
import type { Recording } from './recording.ts';

/** A cluster that only one of the archives can tell about. */
export interface ClusterChange {
  readonly cluster: string;
  readonly change: string;
}

/** A check whose outcome is another one. */
export interface FindingChange {
  readonly cluster: string;
  readonly id: string;
  readonly before: string;
  readonly now: string;
  /** What was seen, one line. */
  readonly evidence: string;
}

/** A field of an object that is another one, or a whole object that came or went. */
export interface ObjectChange extends FieldChange {
  readonly cluster: string;
  /** `Service shop/web` */
  readonly object: string;
}

export interface ArchiveDiff {
  readonly before: { readonly path: string; readonly createdAt: string };
  readonly now: { readonly path: string; readonly createdAt: string };
  /** True if nothing differs. */
  readonly ok: boolean;
  readonly clusters: readonly ClusterChange[];
  readonly findings: readonly FindingChange[];
  readonly objects: readonly ObjectChange[];
  /** What could not be compared, since one of the archives does not have it. */
  readonly notCompared: readonly string[];
}

/** By cluster: the id where there is one, so that another name of the context changes nothing. */
function recordingsOf({ index, recordings }: Archive): ReadonlyMap<string, Recording> {
  return new Map(index.clusters.flatMap(({ context, name }) => (recordings.has(context) ? [[name, recordings.get(context) as Recording] as const] : [])));
}

/** Of events, nothing: each one is news. Of pods' replica sets: the Deployment tells it. */
const UNTOLD = new Set(['events']);

function diffCluster(cluster: string, before: Recording, now: Recording): { readonly objects: readonly ObjectChange[]; readonly notCompared: readonly string[] } {
  const names = [...new Set([...before.collections.keys(), ...now.collections.keys()])].filter((name) => !UNTOLD.has(name)).toSorted();
  const objects: ObjectChange[] = [];
  const notCompared: string[] = [];
  for (const name of names) {
    const [old, current] = [before.collections.get(name), now.collections.get(name)];
    if (old === undefined || current === undefined) notCompared.push(`${name} of ${cluster}: not in the ${old === undefined ? 'first' : 'second'} archive`);
    else objects.push(...diffObjects(old.objects, current.objects).map((change) => ({ cluster, ...change })));
  }
  return { objects, notCompared };
}

/** What changed from one archive to the other. Pure. */
export function diffArchives(before: Archive, now: Archive): ArchiveDiff {
  const [old, current] = [recordingsOf(before), recordingsOf(now)];
  const clusters = [...new Set([...old.keys(), ...current.keys()])].toSorted().flatMap((cluster): ClusterChange[] => {
    if (old.has(cluster) && current.has(cluster)) return [];
    return [{ cluster, change: old.has(cluster) ? 'only in the first archive' : 'only in the second archive' }];
  });
  const findings = compareReports(before.report, now.report).map(({ cluster, before: was, now: is }) => {
    const result = is ?? was;
    const evidence = result?.evidence ?? [];
    return { cluster, id: result?.id ?? '', before: was?.status ?? '', now: is?.status ?? '', evidence: `${evidence[0] ?? ''}${evidence.length > 1 ? `, and ${count(evidence.length - 1, 'line')} more` : ''}` };
  });
  const both = [...old].flatMap(([cluster, recording]) => {
    const other = current.get(cluster);
    return other === undefined ? [] : [diffCluster(cluster, recording, other)];
  });
  const objects = both.flatMap((each) => each.objects);
  const place = ({ path, index }: Archive): ArchiveDiff['before'] => ({ path, createdAt: index.createdAt });
  const ok = clusters.length + findings.length + objects.length === 0;
  return { before: place(before), now: place(now), ok, clusters, findings, objects, notCompared: both.flatMap((each) => each.notCompared) };
}

import { APPLIED_KEYS } from '../api/labels.ts';
import type { KubeObject, ObjectMeta } from '../api/types/index.ts';

type Keyed = Pick<ObjectMeta, 'labels' | 'annotations'>;

interface AppliedKeys {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

function keysOf(values: Readonly<Record<string, string>> | undefined): string[] {
  return Object.keys(values ?? {}).toSorted();
}

/** Annotation by which a copy remembers the keys that it has from its source; none where it has none. */
export function appliedKeys({ labels, annotations }: Keyed): Record<string, string> {
  const applied: AppliedKeys = { labels: keysOf(labels), annotations: keysOf(annotations) };
  return applied.labels.length + applied.annotations.length > 0 ? { [APPLIED_KEYS]: JSON.stringify(applied) } : {};
}

function readAppliedKeys(standing: KubeObject | undefined): AppliedKeys {
  try {
    const { labels = [], annotations = [] } = JSON.parse(standing?.metadata.annotations?.[APPLIED_KEYS] ?? '{}') as Partial<AppliedKeys>;
    return { labels: [...labels].map(String), annotations: [...annotations].map(String) };
  } catch {
    return { labels: [], annotations: [] }; // edited by hand: nothing of it is removed then
  }
}

/**
 * Paths of keys that must go from a copy that is to have this metadata: those that an earlier state of
 * the source has set, and `optional` ones, which the copier sets at times. Other people's keys stay.
 */
export function staleKeys(metadata: Keyed, standing: KubeObject | undefined, optional: Partial<AppliedKeys>): string[][] {
  const applied = readAppliedKeys(standing);
  const paths = [
    ...[...applied.labels, ...(optional.labels ?? [])].map((key) => ['labels', key] as const),
    ...[...applied.annotations, ...(optional.annotations ?? []), APPLIED_KEYS].map((key) => ['annotations', key] as const),
  ];
  return paths.filter(([map, key]) => metadata[map]?.[key] === undefined).map(([map, key]) => ['metadata', map, key]);
}

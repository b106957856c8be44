import { ORIGIN_NAME, ORIGIN_NAMESPACE } from '../../api/labels.ts';
import type { KubeObject, ObjectMeta } from '../../api/types/index.ts';
import { appliedKeys, staleKeys } from '../../sync/applied-keys.ts';
import { ownershipLabels } from '../../sync/ownership.ts';
import type { SyncRecord } from '../../sync/record.ts';
import { MARKS, marksOf } from './marks.ts';
import type { MirrorContext } from './mirror-context.ts';

export interface MirrorMetadata {
  readonly metadata: ObjectMeta & { labels: Record<string, string>; annotations: Record<string, string> };
  readonly absent: readonly (readonly string[])[];
}

interface MetadataInput {
  readonly name: string;
  readonly originUid: string;
  /** What the object has of the source's labels and annotations. */
  readonly copied: Pick<ObjectMeta, 'labels' | 'annotations'>;
  /** Labels of its kind. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly standing?: KubeObject | undefined;
}

/** Metadata of whatever a mirror writes for a record: tag, origin, the preset's marks, and what is copied. */
export function mirrorMetadata({ origin }: SyncRecord, { owner, preset, target, server }: MirrorContext, input: MetadataInput): MirrorMetadata {
  const { name, originUid, copied, labels, standing } = input;
  const marks = marksOf(preset, server);
  const metadata = {
    name,
    namespace: target.namespace,
    labels: { ...copied.labels, ...labels, ...marks.labels, ...ownershipLabels({ owner, originCluster: origin.cluster, originUid }) },
    annotations: { ...copied.annotations, ...marks.annotations, [ORIGIN_NAME]: origin.name, [ORIGIN_NAMESPACE]: origin.namespace, ...appliedKeys(copied) },
  };
  // marks of another preset go
  return { metadata, absent: staleKeys(metadata, standing, { labels: MARKS, annotations: MARKS }) };
}

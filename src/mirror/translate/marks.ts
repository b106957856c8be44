import { CROSS_CLUSTER, CROSS_CLUSTER_FOLLOWER, REFLECTED, REFLECTED_SOURCE } from '../../api/labels.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { isCopy } from '../../sync/ownership.ts';
import type { MirrorPreset } from '../settings.ts';
import { fieldsOf } from './raw-fields.ts';

/**
 * Loop guard and more: whether a Service, EndpointSlice or Endpoints of a source may be mirrored at all.
 * Copies never are, whoever made them (mcs, service-reflector, k8-cross-cluster-controller), nor is the
 * source's own API, nor what is being deleted. Takes whatever a source may answer.
 */
export function isMirrorable(object: KubeObject): boolean {
  const metadata = fieldsOf((object as Partial<KubeObject> | null)?.metadata);
  const [labels, annotations] = [fieldsOf(metadata.labels), fieldsOf(metadata.annotations)];
  if (typeof metadata.name !== 'string' || (metadata.namespace === 'default' && metadata.name === 'kubernetes')) return false;
  if (metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null) return false;
  const isOldCopy = labels[REFLECTED] === 'true' || annotations[REFLECTED] === 'true' || labels[CROSS_CLUSTER] === CROSS_CLUSTER_FOLLOWER;
  return !isOldCopy && !isCopy({ metadata: { name: metadata.name, labels: labels as Record<string, string> } });
}

/** Keys by which older systems know their originals and copies, as labels or as annotations. */
export const MARKS: readonly string[] = [REFLECTED, REFLECTED_SOURCE, CROSS_CLUSTER];

/** Labels and annotations by which the system that a preset takes the place of knows its copies. */
export interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const NO_MARKS: Marks = { labels: {}, annotations: {} };

/** `server` is the address of the source. */
export function marksOf(preset: MirrorPreset, server: string): Marks {
  if (preset === 'reflector') return { ...NO_MARKS, annotations: { [REFLECTED]: 'true', [REFLECTED_SOURCE]: server } };
  if (preset === 'cross-cluster') return { ...NO_MARKS, labels: { [CROSS_CLUSTER]: CROSS_CLUSTER_FOLLOWER } };
  return NO_MARKS;
}

import { REFLECTED } from '../../api/labels.ts';
import type { Namespace } from '../../api/types/index.ts';
import { ownershipLabels } from '../../sync/ownership.ts';
import type { Desired } from '../../sync/plan.ts';
import type { MirrorContext } from './mirror-context.ts';

/** A namespace for mirrors. Only for creating one: what stands is left as it is, whoever made it. */
export function toMirrorNamespace({ owner, preset, target }: Pick<MirrorContext, 'owner' | 'preset' | 'target'>, source: string): Desired<Namespace> {
  const labels = ownershipLabels({ owner, originCluster: source, originUid: '' }); // it is of no object of the source
  return { object: { metadata: { name: target.namespace, labels, ...(preset === 'reflector' && { annotations: { [REFLECTED]: 'true' } }) } } };
}

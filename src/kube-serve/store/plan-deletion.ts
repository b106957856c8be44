import type { ObjectMeta, UnknownObject } from '../../api/types/index.ts';
import type { ResourceDefinition } from '../resource-definition.ts';
import { timestamp } from './metadata.ts';
import type { DeleteOptions } from './types.ts';

const PROPAGATION_FINALIZERS: Readonly<Record<string, string>> = { Foreground: 'foregroundDeletion', Orphan: 'orphan' };

function finalizersAfter({ finalizers = [] }: ObjectMeta, propagation: DeleteOptions['propagation']): string[] {
  const added = PROPAGATION_FINALIZERS[propagation ?? ''];
  return added === undefined || finalizers.includes(added) ? finalizers : [...finalizers, added];
}

/** Whether nothing holds an object that is to go. */
export function isReleased(definition: ResourceDefinition, object: UnknownObject): boolean {
  const { deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata as ObjectMeta & { deletionGracePeriodSeconds?: number };
  return finalizers.length === 0 && deletionGracePeriodSeconds === 0 && definition.isHeld?.(object) !== true;
}

function marked(definition: ResourceDefinition, object: UnknownObject, finalizers: string[], grace: number, now: number): UnknownObject {
  const { metadata } = object;
  const isNew = metadata.deletionTimestamp === undefined;
  const next = {
    ...metadata,
    ...(isNew && definition.hasGeneration && { generation: (metadata.generation ?? 0) + 1 }),
    deletionTimestamp: metadata.deletionTimestamp ?? timestamp(now + grace * 1000),
    deletionGracePeriodSeconds: grace,
    ...(finalizers.length > 0 && { finalizers }),
  };
  return { ...object, metadata: next };
}

/** The object as a deletion leaves it: with its end in metadata where something holds it, else undefined. */
export function planDeletion(definition: ResourceDefinition, object: UnknownObject, options: DeleteOptions, now: number): UnknownObject | undefined {
  const finalizers = finalizersAfter(object.metadata, options.propagation);
  const before = (object.metadata as { deletionGracePeriodSeconds?: number }).deletionGracePeriodSeconds;
  const grace = definition.graceSeconds?.(object) ?? 0;
  // grace can only get shorter
  const wanted = Math.min(grace === 0 ? 0 : (options.gracePeriodSeconds ?? grace), before ?? Number.POSITIVE_INFINITY);
  const next = marked(definition, object, finalizers, wanted, now);
  return isReleased(definition, next) ? undefined : next;
}

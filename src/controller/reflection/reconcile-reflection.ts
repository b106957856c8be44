import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { settleAll } from '../../base/concurrently.ts';
import type { KubeClient } from '../../kube/client.ts';
import { applyPlan } from '../../sync/apply-plan.ts';
import type { ObjectCache } from '../../sync/object-cache.ts';
import { plan, type PlanInput } from '../../sync/plan.ts';
import { familyDiffers } from '../../sync/service/broker-objects.ts';
import { addressDiffers, type Reflection, REFLECTION_OWNER } from '../../sync/service/reflected-service.ts';
import type { LocalCaches, ServiceKey } from '../caches.ts';
import { FIELD_MANAGER } from '../settings.ts';

export interface ReflectionWriter {
  readonly client: KubeClient;
  readonly local: Pick<LocalCaches, 'services' | 'slices'>;
  /** Told of objects of other people that only the API server knew of. */
  readonly onForeign: (object: KubeObject) => void;
}

/** Brings the reflected Services and slices of a service in line with what is wanted. */
export async function reconcileReflection(key: ServiceKey, { services, slices }: Reflection, writer: ReflectionWriter, signal: AbortSignal): Promise<void> {
  const { local } = writer;
  await settleAll([
    write(resources.services, local.services, { desired: services, standing: local.services.by('reflected', key), mustReplace: addressDiffers }, writer, signal),
    write(resources.endpointSlices, local.slices, { desired: slices, standing: local.slices.by('reflected', key), mustReplace: familyDiffers }, writer, signal),
  ]);
}

async function write<T extends KubeObject>(
  resource: Resource<T>,
  store: ObjectCache<T, string>,
  input: Pick<PlanInput<T>, 'desired' | 'standing' | 'mustReplace'>,
  { client, onForeign }: ReflectionWriter,
  signal: AbortSignal,
): Promise<void> {
  const { conflicts } = await applyPlan(client, resource, plan({ owner: REFLECTION_OWNER, ...input }), {
    owner: REFLECTION_OWNER,
    fieldManager: FIELD_MANAGER,
    signal,
    onWritten: (object) => store.wrote(object),
    onDeleted: (object) => store.deleted(object),
  });
  for (const conflict of conflicts) if (conflict.kind === 'foreign') onForeign(conflict.standing);
}

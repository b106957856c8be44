import { SERVICE_NAME } from '../../api/labels.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { EndpointSlice, KubeObject } from '../../api/types/index.ts';
import { settleAll } from '../../base/concurrently.ts';
import type { KubeClient } from '../../kube/client.ts';
import { applyPlan } from '../../sync/apply-plan.ts';
import type { ObjectCache } from '../../sync/object-cache.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { plan, type PlanInput } from '../../sync/plan.ts';
import { familyDiffers } from '../../sync/service/broker-objects.ts';
import { addressDiffers, isSameReflection, type Reflection, REFLECTION_OWNER } from '../../sync/service/reflected-service.ts';
import type { LocalCaches, ServiceKey } from '../caches.ts';
import { FIELD_MANAGER } from '../settings.ts';

export interface ReflectionWriter {
  readonly client: KubeClient;
  readonly local: Pick<LocalCaches, 'services' | 'slices'>;
  /** Told of objects of other people that only the API server knew of. */
  readonly onForeign: (object: KubeObject) => void;
  /** Told of reflections of another service, under a name that is needed, that only the API server knew of. */
  readonly onTaken: (object: KubeObject) => void;
}

/**
 * Brings the reflected Services and slices of a service in line with what is wanted. A slice leads to
 * whatever Service has its name: none is written, and none stays, where that Service is not the one.
 */
export async function reconcileReflection(key: ServiceKey, { services, slices }: Reflection, writer: ReflectionWriter, signal: AbortSignal): Promise<void> {
  const { local } = writer;
  const written = write(resources.services, local.services, { desired: services, standing: local.services.by('reflected', key), mustReplace: addressDiffers }, writer, signal);
  const follow = async (): Promise<void> => {
    const desired = slices.filter(({ object }) => hasService(object, local));
    await write(resources.endpointSlices, local.slices, { desired, standing: local.slices.by('reflected', key), mustReplace: familyDiffers }, writer, signal);
  };
  // a Service that cannot be written keeps no other one's endpoints from being followed
  await settleAll([written, written.then(follow, follow)]);
}

function hasService({ metadata }: Pick<EndpointSlice, 'metadata'>, { services }: ReflectionWriter['local']): boolean {
  const service = services.get(`${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_NAME] ?? ''}`);
  return service !== undefined && isOwnedBy(service, REFLECTION_OWNER) && isSameReflection(service, { metadata });
}

async function write<T extends KubeObject>(
  resource: Resource<T>,
  store: ObjectCache<T, string>,
  input: Pick<PlanInput<T>, 'desired' | 'standing' | 'mustReplace'>,
  { client, onForeign, onTaken }: ReflectionWriter,
  signal: AbortSignal,
): Promise<void> {
  const { conflicts } = await applyPlan(client, resource, plan({ owner: REFLECTION_OWNER, ...input }), {
    owner: REFLECTION_OWNER,
    fieldManager: FIELD_MANAGER,
    signal,
    isSame: (standing, { object }) => isSameReflection(standing, object),
    onWritten: (object) => store.wrote(object),
    onDeleted: (object) => store.deleted(object),
  });
  for (const { standing } of conflicts.filter((conflict) => conflict.kind === 'foreign')) {
    if (!isOwnedBy(standing, REFLECTION_OWNER)) {
      onForeign(standing);
      continue;
    }
    store.wrote(standing); // by this process, which is told of it later: conditions go by it now
    onTaken(standing);
  }
}

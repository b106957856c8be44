import { EXPORT_POLICY, MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { ServiceExport } from '../../api/types/index.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PolicyPlan } from '../../sync/export-policy/plan-policy-exports.ts';
import type { ObjectCache } from '../../sync/object-cache.ts';
import type { ServiceKey } from '../caches.ts';
import { FIELD_MANAGER } from '../settings.ts';

export interface PolicyWriter {
  readonly client: KubeClient;
  readonly exports: ObjectCache<ServiceExport, string>;
  /** Told of every write: the cache counts it in, so that its event is no news. */
  readonly onWritten: (key: ServiceKey) => void;
}

/** Gives whether the write was overtaken by another one. */
async function isOvertaken<T>(write: Promise<T>, isLate: (error: unknown) => boolean, then: (value: T) => void): Promise<boolean> {
  try {
    then(await write);
    return false;
  } catch (error) {
    if (!isLate(error)) throw error;
    return true;
  }
}

const hasChanged = (error: unknown): boolean => isConflict(error) || isNotFound(error);

/**
 * Writes what a plan says. Changes and deletions hold for the very state that was looked at: a user
 * who takes the label away at that moment keeps the export. Gives whether something was overtaken by
 * another write, and has to be looked at again: the own write of a status is no news that would tell.
 */
export async function writePolicyPlan({ client, exports, onWritten }: PolicyWriter, plan: PolicyPlan, signal: AbortSignal): Promise<boolean> {
  let isLate = false;
  const options = { fieldManager: FIELD_MANAGER, signal };
  const stateOf = ({ metadata: { uid, resourceVersion } }: ServiceExport): { uid?: string; resourceVersion?: string } => ({ ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) });
  const wrote = (object: ServiceExport): void => {
    exports.wrote(object);
    onWritten(objectKey(object.metadata));
  };
  for (const { namespace, name, policy } of plan.create) {
    const labels = { [MANAGED_BY]: MANAGED_BY_MCS, [EXPORT_POLICY]: policy.label };
    // POST never takes over what a user has made under that name meanwhile
    await isOvertaken(client.create(resources.serviceExports, { metadata: { name, namespace, labels }, spec: {} }, options), isAlreadyExists, wrote);
  }
  for (const { standing, policy } of plan.handOver) {
    const { name, namespace } = standing.metadata;
    const patch = { metadata: { ...stateOf(standing), labels: { [EXPORT_POLICY]: policy.label } } };
    isLate = (await isOvertaken(client.patch(resources.serviceExports, name, namespace, 'application/merge-patch+json', patch, options), hasChanged, wrote)) || isLate;
  }
  for (const standing of plan.delete) {
    const { name, namespace } = standing.metadata;
    const forget = (): void => {
      exports.deleted(standing);
      onWritten(objectKey(standing.metadata));
    };
    isLate = (await isOvertaken(client.delete(resources.serviceExports, name, namespace, { ...options, ...stateOf(standing) }), hasChanged, forget)) || isLate;
  }
  return isLate;
}

import { MANAGED_BY, MANAGED_BY_MCS } from '../api/labels.ts';
import { type Resource, resourceName } from '../api/resources.ts';
import type { KubeObject } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';
import type { Draft, KubeClient, RequestOptions } from '../kube/client.ts';

export const DESK_FIELD_MANAGER = 'mcs-desk';

/** Finds an object that is ours. Throws MCS_FOREIGN_OBJECT where one of that name is somebody else's. */
export async function findOwned<T extends KubeObject>(client: KubeClient, resource: Resource<T>, { metadata }: Draft<T>, options: RequestOptions): Promise<T | undefined> {
  const found = await client.find(resource, metadata.name, metadata.namespace, options);
  if (found === undefined || found.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS) return found;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot use ${resourceName(resource)} "${metadata.name}" on the broker: mcs did not make it`, {
    hints: [`kubectl -n ${metadata.namespace ?? ''} get ${resourceName(resource)} ${metadata.name} -o yaml`],
  });
}

import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { editCommand } from '../../cluster-dns/describe-wiring.ts';
import { describeChange } from '../../cluster-dns/dns-change.ts';
import { DNS_NAMESPACE, type ObjectName } from '../../cluster-dns/dns-objects.ts';
import { CLUSTERSET_WIRING } from '../../cluster-dns/wiring-subject.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { isForbidden } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { DeployContext } from '../deploy-context.ts';
import { deleteOwned, type ObjectRef } from '../remove/delete-owned.ts';
import { takeOutBlock } from '../remove/take-out-block.ts';

const WIRING = 'mcs-controller-dns-wiring';
const CUSTOM = 'mcs-controller-dns-custom';

/** Whether an earlier join gave the controller the rights to wire; who may not see them did not give them. */
async function hasRights(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  try {
    const role = await client.find(resources.roles, WIRING, DNS_NAMESPACE, { signal });
    return role !== undefined && isOurs(role);
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

/** ConfigMaps that earlier joins were told of: each has a Role that names it. */
async function findCustomMaps(client: KubeClient, signal: AbortSignal): Promise<ObjectName[]> {
  const { items } = await client.list(resources.roles, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS}`, signal });
  return items
    .filter(({ metadata }) => metadata.name === CUSTOM)
    .flatMap(({ metadata: { namespace = '' }, rules = [] }) => rules.flatMap(({ resourceNames = [] }) => resourceNames.map((name) => ({ namespace, name }))));
}

const ref = (resource: ObjectRef['resource'], name: string, namespace?: string): ObjectRef => ({ resource, name, ...(namespace !== undefined && { namespace }) });

/**
 * Undoes the wiring of an earlier join, for one that does not want it any more. The bindings go
 * first, because a controller that is still there would write the block again; the Role by which all
 * this is found goes last, so that a run that is cut is completed by the next one.
 */
export async function stopWiring({ client, clock }: DeployContext, { signal }: TaskProgress): Promise<TaskOutcome> {
  if (!(await hasRights(client, signal))) return { state: 'unchanged', detail: 'it was not wired' };
  const maps = await findCustomMaps(client, signal);
  const namespaces = [...new Set(maps.map(({ namespace }) => namespace))];
  const bindings = [ref(resources.roleBindings, WIRING, DNS_NAMESPACE), ref(resources.clusterRoleBindings, WIRING), ...namespaces.map((namespace) => ref(resources.roleBindings, CUSTOM, namespace))];
  await deleteOwned(client, bindings, { signal });
  const changed: string[] = [];
  for (const custom of maps.length === 0 ? [undefined] : maps) {
    const { changes, obstacle } = await takeOutBlock({ client, clock, subject: CLUSTERSET_WIRING, hasFallthrough: true }, custom, signal);
    if (obstacle !== undefined) return { state: 'warning', detail: `Left as it is, because marks of ours are not as they were written: ${editCommand(obstacle.where)}` };
    changed.push(...changes.map(describeChange));
  }
  await deleteOwned(client, [...namespaces.map((namespace) => ref(resources.roles, CUSTOM, namespace)), ref(resources.clusterRoles, WIRING), ref(resources.roles, WIRING, DNS_NAMESPACE)], { signal });
  return { state: 'updated', detail: changed.length === 0 ? 'only rights were left' : changed.join(', ') };
}

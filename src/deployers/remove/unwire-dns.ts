import { APP_COMPONENT, APP_NAME } from '../../api/labels.ts';
import { MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap, MemberConfig } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { parseCustomName } from '../../cluster-dns/custom-name.ts';
import { editCommand } from '../../cluster-dns/describe-wiring.ts';
import { describeChange } from '../../cluster-dns/dns-change.ts';
import type { ObjectName } from '../../cluster-dns/dns-objects.ts';
import { CLUSTERSET_WIRING } from '../../cluster-dns/wiring-subject.ts';
import { deleteOwned, describeRef, findLeftovers, type ObjectRef, type Removal } from './delete-owned.ts';
import { takeOutBlock } from './take-out-block.ts';

/** The ConfigMap that the last join was told of. */
function customOf(map: ConfigMap | undefined): ObjectName | undefined {
  try {
    const { dnsWiring } = JSON.parse(map?.data?.['config.json'] ?? '{}') as Partial<MemberConfig>;
    return parseCustomName(dnsWiring?.customConfigMap);
  } catch {
    return undefined; // a configuration that is no JSON names none
  }
}

/** While the controller runs it would write the block again. Gives what was deleted. */
async function stopController({ client, clock, deadline, isDryRun }: Removal, progress: TaskProgress): Promise<ObjectRef[]> {
  const { signal } = progress;
  const deleted = await deleteOwned(client, [{ resource: resources.deployments, name: 'mcs-controller', namespace: MEMBER_NAMESPACE }], { signal });
  if (isDryRun) return deleted;
  const labelSelector = `${APP_NAME}=mcs,${APP_COMPONENT}=controller`;
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector, signal });
  const pods = items.map(({ metadata }): ObjectRef => ({ resource: resources.pods, name: metadata.name, namespace: MEMBER_NAMESPACE }));
  if (pods.length > 0) progress.update(`Waiting for ${pods.map(describeRef).join(', ')} to stop`);
  await findLeftovers(client, pods, clock, deadline, signal);
  return deleted;
}

/** Rights in a namespace that a user named are in no list of what join usually installs. */
async function removeCustomRights({ client }: Removal, custom: ObjectName | undefined, signal: AbortSignal): Promise<ObjectRef[]> {
  if (custom === undefined) return [];
  const rights = [resources.roleBindings, resources.roles].map((resource): ObjectRef => ({ resource, name: 'mcs-controller-dns-custom', namespace: custom.namespace }));
  return deleteOwned(client, rights, { signal });
}

/**
 * Takes exactly our own block out of the configuration of the cluster's DNS, before the name server
 * that it points to goes away, with the lines by which names of cluster.local fall through. What has
 * damaged marks is left, and listed.
 */
export async function unwireDns(removal: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  const { client, leftovers } = removal;
  const { signal } = progress;
  const custom = customOf(await client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }));
  const stopped = await stopController(removal, progress);
  const { changes, obstacle, notes } = await takeOutBlock({ ...removal, subject: CLUSTERSET_WIRING, hasFallthrough: true }, custom, signal);
  const report = await deleteOwned(client, [{ resource: resources.configMaps, name: MEMBER_DNS_WIRING, namespace: MEMBER_NAMESPACE }], { signal });
  const deleted = [...stopped, ...report, ...(await removeCustomRights(removal, custom, signal))].map(describeRef);
  if (obstacle !== undefined) {
    leftovers.push({ object: `our block in ${obstacle.where}`, command: editCommand(obstacle.where) });
    return { state: 'warning', detail: `Left as it is, because marks of ours are not as they were written: ${obstacle.where}` };
  }
  if (changes.length === 0 && deleted.length === 0) return { state: 'unchanged', detail: 'nothing of ours' };
  if (changes.length === 0) return { state: 'deleted', detail: `${deleted.join(', ')}; no block of ours stood in the configuration` };
  const removed = deleted.length === 0 ? [] : [`deleted ${deleted.join(', ')}`];
  return { state: 'updated', detail: [changes.map(describeChange).join(', '), ...notes, ...removed].join('; ') };
}

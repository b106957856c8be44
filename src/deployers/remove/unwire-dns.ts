import { APP_COMPONENT, APP_NAME } from '../../api/labels.ts';
import { MEMBER_CONFIG, MEMBER_DNS_WIRING, MEMBER_NAMESPACE, CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ConfigMap, MemberConfig } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { parseCustomName } from '../../cluster-dns/custom-name.ts';
import { editCommand } from '../../cluster-dns/describe-wiring.ts';
import { applyDnsChange, describeChange } from '../../cluster-dns/dns-change.ts';
import { type ObjectName, readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { listDnsPods, refreshPods } from '../../cluster-dns/dns-pods.ts';
import { planUnwiring, type WiringPlan } from '../../cluster-dns/plan-wiring.ts';
import { isConflict } from '../../kube/api-error.ts';
import { FIELD_MANAGER } from '../deploy-context.ts';
import { deleteOwned, describeRef, findLeftovers, type ObjectRef, type Removal } from './delete-owned.ts';

/** The ConfigMap that the last join was told of. */
function customOf(map: ConfigMap | undefined): ObjectName | undefined {
  try {
    const { dnsWiring } = JSON.parse(map?.data?.['config.json'] ?? '{}') as Partial<MemberConfig>;
    return parseCustomName(dnsWiring?.customConfigMap);
  } catch {
    return undefined; // a configuration that is no JSON names none
  }
}

/** While the controller runs it would write the block again. */
async function stopController({ client, clock, deadline, isDryRun }: Removal, progress: TaskProgress): Promise<void> {
  const { signal } = progress;
  await deleteOwned(client, [{ resource: resources.deployments, name: 'mcs-controller', namespace: MEMBER_NAMESPACE }], { signal });
  if (isDryRun) return;
  const labelSelector = `${APP_NAME}=mcs,${APP_COMPONENT}=controller`;
  const { items } = await client.list(resources.pods, { namespace: MEMBER_NAMESPACE, labelSelector, signal });
  const pods = items.map(({ metadata }): ObjectRef => ({ resource: resources.pods, name: metadata.name, namespace: MEMBER_NAMESPACE }));
  if (pods.length > 0) progress.update(`Waiting for ${pods.map(describeRef).join(', ')} to stop`);
  await findLeftovers(client, pods, clock, deadline, signal);
}

const TRIES = 5;

/** Reads, plans and writes, again where somebody else wrote in between. */
async function unwire({ client, clock }: Removal, custom: ObjectName | undefined, signal: AbortSignal): Promise<WiringPlan> {
  for (let attempt = 1; ; attempt += 1) {
    const plan = planUnwiring(await readDnsObjects(client, custom, signal), CLUSTERSET_DOMAIN);
    try {
      for (const change of plan.changes) await applyDnsChange(client, change, { fieldManager: FIELD_MANAGER, signal });
      return plan;
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error;
      await sleep(clock, 200 * attempt, signal);
    }
  }
}

/** Rights in a namespace that a user named are in no list of what join usually installs. */
async function removeCustomRights({ client }: Removal, custom: ObjectName | undefined, signal: AbortSignal): Promise<void> {
  if (custom === undefined) return;
  const rights = [resources.roleBindings, resources.roles].map((resource): ObjectRef => ({ resource, name: 'mcs-controller-dns-custom', namespace: custom.namespace }));
  await deleteOwned(client, rights, { signal });
}

/**
 * Takes exactly our own block out of the configuration of the cluster's DNS, before the name server
 * that it points to goes away. A block whose marks are damaged is left, and listed.
 */
export async function unwireDns(removal: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  const { client, isDryRun, leftovers } = removal;
  const { signal } = progress;
  const custom = customOf(await client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }));
  await stopController(removal, progress);
  const { changes, obstacle, notes } = await unwire(removal, custom, signal);
  if (!isDryRun && changes.length > 0) {
    const { servers, caches } = await listDnsPods(client, signal);
    await refreshPods(client, [...servers, ...caches], undefined, { fieldManager: FIELD_MANAGER, signal });
  }
  await deleteOwned(client, [{ resource: resources.configMaps, name: MEMBER_DNS_WIRING, namespace: MEMBER_NAMESPACE }], { signal });
  await removeCustomRights(removal, custom, signal);
  if (obstacle !== undefined) {
    leftovers.push({ object: `our block in ${obstacle.where}`, command: editCommand(obstacle.where) });
    return { state: 'warning', detail: `Left as it is, because the marks of our block are no pair: ${obstacle.where}` };
  }
  if (changes.length === 0) return { state: 'unchanged', detail: 'nothing of ours' };
  return { state: 'updated', detail: [changes.map(describeChange).join(', '), ...notes].join('; ') };
}

import { GATEWAY_DNS_HOSTNAME } from '../../api/labels.ts';
import { MEMBER_DNS_WIRING } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ObjectMeta } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { editCommand } from '../../cluster-dns/describe-wiring.ts';
import { describeChange } from '../../cluster-dns/dns-change.ts';
import { readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { planUnwiring } from '../../cluster-dns/plan-wiring.ts';
import { gatewayWiring } from '../../cluster-dns/wiring-subject.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { objectsOf } from '../manifests.ts';
import { removeEmptyNamespace } from '../mirror/remove-namespaces.ts';
import { deleteOwned, deletionOutcome, describeRef, refOf, type Removal } from '../remove/delete-owned.ts';
import { stopProgram } from '../remove/stop-program.ts';
import { takeOutBlock } from '../remove/take-out-block.ts';
import { withinTime } from '../remove/within-time.ts';
import { Steps } from '../steps.ts';
import { requireOnePlace } from './one-place.ts';
import { PATCHER, renderServer } from './render.ts';
import type { UninstallResult } from './uninstall-hub.ts';

export interface UninstallServerOptions {
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

/** Whatever the suffixes were. */
const SUBJECT = gatewayWiring([]);

/** Takes our block out of the configuration of the cluster's DNS, and looks whether it is gone. */
async function stopForwarding(removal: Removal, { signal }: TaskProgress): Promise<TaskOutcome> {
  const { client, clock, isDryRun, leftovers } = removal;
  const { changes, obstacle, notes } = await takeOutBlock({ client, clock, isDryRun, subject: SUBJECT }, undefined, signal);
  if (obstacle !== undefined) {
    leftovers.push({ object: `our block in ${obstacle.where}`, command: editCommand(obstacle.where) });
    return { state: 'warning', detail: `Left as it is, because the marks of our block are no pair: ${obstacle.where}` };
  }
  if (changes.length === 0) return { state: 'unchanged', detail: 'nothing of ours' };
  const left = isDryRun ? [] : planUnwiring(await readDnsObjects(client, undefined, signal), SUBJECT).changes;
  if (left.length > 0) return { state: 'warning', detail: `Something writes it anew: ${left.map(describeChange).join(', ')}` };
  return { state: 'updated', detail: [changes.map(describeChange).join(', '), ...notes].join('; ') };
}

async function removeObjects({ client }: Removal, { templates, version }: DeployContext, namespace: string, stays: string[], signal: AbortSignal): Promise<TaskOutcome> {
  const objects = objectsOf(await renderServer(templates, { version, namespace, suffixes: [], images: {} }));
  const refs = objects.filter(({ kind }) => kind !== resources.namespaces.kind).map(refOf).reverse();
  for (const ref of refs) {
    const found = await client.find(ref.resource, ref.name, ref.namespace, { signal });
    if (found !== undefined && !isOurs(found)) stays.push(`${describeRef(ref)}: mcs did not make it`);
  }
  return deletionOutcome(await deleteOwned(client, [...refs, { resource: resources.configMaps, name: MEMBER_DNS_WIRING, namespace }], { signal }));
}

const isRecord = ({ annotations }: Pick<ObjectMeta, 'annotations'>): boolean => annotations?.[GATEWAY_DNS_HOSTNAME] !== undefined;

/** Records of hubs go with the namespace where it was made by mcs and holds nothing else; they stay otherwise. */
async function removePlace(removal: Removal, namespace: string, stays: string[], signal: AbortSignal): Promise<TaskOutcome> {
  const { client, isDryRun } = removal;
  const { items } = await client.list(resources.endpointSlices, { namespace, signal });
  const records = items.filter(({ metadata }) => isRecord(metadata)).length;
  const outcome = await removeEmptyNamespace(removal, namespace, stays, signal, (kind, metadata) => kind === 'endpointslices.discovery.k8s.io' && isRecord(metadata));
  const goes = outcome.state === 'deleted' || outcome.state === 'warning' || isDryRun;
  if (records > 0 && !goes) stays.push(`Records of hubs in namespace ${namespace}: ${records}`);
  return outcome;
}

async function removeBy(context: DeployContext, { namespace, dryRun: isDryRun }: UninstallServerOptions, deadline: number): Promise<UninstallResult> {
  const { client, clock } = context;
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const steps = new Steps(context);
  const stays: string[] = [];
  await requireOnePlace(client, { binding: PATCHER, namespace, what: 'the name server of gateway-dns' }, context.signal);
  // while it runs it would write the block again
  await steps.do(`Stop ${PATCHER}`, (progress) => stopProgram(removal, { name: PATCHER, namespace }, progress));
  await steps.do("Have the cluster's own DNS forward no longer", (progress) => stopForwarding(removal, progress));
  await steps.do('Remove the installation', ({ signal }) => removeObjects(removal, context, namespace, stays, signal));
  await steps.do(`Remove namespace ${namespace}`, ({ signal }) => removePlace(removal, namespace, stays, signal));
  return { namespace, steps: steps.results, warnings: steps.warnings, leftovers: removal.leftovers, stays, revocations: [], isUnchanged: steps.isUnchanged };
}

/**
 * Removes the name server of gateway-dns from a cluster, after the cluster's own DNS forwards to it no
 * longer. Only what carries our tag goes. Idempotent. Throws MCS_FOREIGN_OBJECT and MCS_TIMEOUT.
 */
export async function uninstallServer(given: DeployContext, options: UninstallServerOptions): Promise<UninstallResult> {
  const { context, planned } = options.dryRun ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the name server of gateway-dns', again: 'mcs gateway-dns uninstall' }, (limited, deadline) => removeBy(limited, options, deadline));
  return { ...result, ...(planned && { planned }) };
}

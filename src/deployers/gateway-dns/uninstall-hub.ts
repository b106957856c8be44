import { FLEET_CLUSTER, MANAGED_BY, MANAGED_BY_MCS, OWNER } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import type { TaskOutcome, TaskResult } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import type { FleetCluster } from '../../fleet/fleet-cluster.ts';
import { GATEWAY_DNS_LEASE } from '../../gateway-dns/settings.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { objectsOf } from '../manifests.ts';
import { removeEmptyNamespace } from '../mirror/remove-namespaces.ts';
import { deleteElection, deleteOwned, deleteSelected, deletionOutcome, describeRef, type Leftover, listOrNone, refOf, type Removal, removeLingering } from '../remove/delete-owned.ts';
import { pauseProgram } from '../remove/stop-program.ts';
import { withinTime } from '../remove/within-time.ts';
import { Steps } from '../steps.ts';
import { listHubClusters } from './hub-clusters.ts';
import { requireOnePlace } from './one-place.ts';
import { removeRecordsEverywhere } from './records.ts';
import { GATEWAY_DNS_CRD, HUB, renderHub } from './render.ts';
import { readStandingHub } from './standing-hub.ts';

export interface UninstallHubOptions {
  readonly namespace: string;
  /** Records stay in the clusters as they are: names go on resolving. */
  readonly keepRecords: boolean;
  /** The CRD goes, and all GatewayDNS with it. */
  readonly deleteCrd: boolean;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface UninstallResult {
  readonly namespace: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly leftovers: readonly Leftover[];
  /** What stays, and why. */
  readonly stays: readonly string[];
  /** Commands that take away the accounts that it had in its clusters. */
  readonly revocations: readonly string[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

/** Kinds that outlive the hub, or that a step of its own removes. */
const APART: readonly string[] = [resources.namespaces.kind, resources.customResourceDefinitions.kind];

async function removeObjects({ client }: Removal, objects: readonly UnknownObject[], namespace: string, stays: string[], signal: AbortSignal): Promise<TaskOutcome> {
  const refs = objects.filter(({ kind }) => !APART.includes(kind)).map(refOf).reverse();
  for (const ref of refs) {
    const found = await client.find(ref.resource, ref.name, ref.namespace, { signal });
    if (found !== undefined && !isOurs(found)) stays.push(`${describeRef(ref)}: mcs did not make it`);
  }
  const kubeconfigs = await deleteSelected(client, resources.secrets, `${MANAGED_BY}=${MANAGED_BY_MCS},${FLEET_CLUSTER}`, { namespace, signal });
  const deleted = await deleteOwned(client, refs, { signal });
  return deletionOutcome([...deleted, ...kubeconfigs, ...(await deleteElection(client, GATEWAY_DNS_LEASE, namespace, { signal }))]);
}

/** What users wrote is theirs. */
async function noteGateways(client: KubeClient, stays: string[], signal: AbortSignal): Promise<void> {
  const gateways = await listOrNone(client, resources.gatewayDNS, { signal });
  if (gateways.length > 0) stays.push(`${gateways.length} GatewayDNS, with their CustomResourceDefinition; --delete-crd removes them`);
}

function revocationsOf(clusters: readonly FleetCluster[]): string[] {
  return clusters.filter(({ source }) => source === 'secret').map(({ namespace, name }) => `mcs gateway-dns remove-cluster ${name} --namespace ${namespace} --from <context of ${name}>`);
}

async function removeBy(context: FleetContext, options: UninstallHubOptions, deadline: number): Promise<UninstallResult> {
  const { client, clock, templates, version, signal } = context;
  const { namespace, keepRecords, deleteCrd, dryRun: isDryRun } = options;
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const steps = new Steps(context);
  const stays: string[] = [];
  const planned: string[] = [];
  await requireOnePlace(client, { binding: HUB, namespace, what: 'the hub of gateway-dns' }, signal);
  const { owner } = await readStandingHub(client, namespace, signal);
  const clusters = await listHubClusters(client, namespace, signal);
  await steps.do('Stop the hub', (progress) => pauseProgram(removal, { name: HUB, namespace }, progress));
  if (keepRecords) stays.push(`Its records in the clusters that it knows, because of --keep-records; nothing follows the gateways any more: kubectl -n ${namespace} get endpointslices -l ${OWNER}=${owner}`);
  else await steps.do('Remove its records from all clusters', (progress) => removeRecordsEverywhere(context, clusters, { owner, namespace }, { leftovers: removal.leftovers, planned, isDryRun }, progress.signal));
  const objects = objectsOf(await renderHub(templates, { version, namespace, settings: {}, images: {} }));
  await steps.do('Remove the installation', (progress) => removeObjects(removal, objects, namespace, stays, progress.signal));
  if (!deleteCrd) await noteGateways(client, stays, signal);
  else await steps.do('Remove the CustomResourceDefinition', (progress) => removeLingering(removal, [{ resource: resources.customResourceDefinitions, name: GATEWAY_DNS_CRD }], progress.signal));
  await steps.do(`Remove namespace ${namespace}`, (progress) => removeEmptyNamespace(removal, namespace, stays, progress.signal));
  return { namespace, steps: steps.results, warnings: steps.warnings, leftovers: removal.leftovers, stays, revocations: revocationsOf(clusters), isUnchanged: steps.isUnchanged, ...(isDryRun && { planned }) };
}

/**
 * Removes a hub: stops it, takes its records out of its clusters as far as they are reached from here,
 * then its own objects. Only what carries its tag goes. Idempotent. Throws MCS_FOREIGN_OBJECT and MCS_TIMEOUT.
 */
export async function uninstallHub(given: FleetContext, options: UninstallHubOptions): Promise<UninstallResult> {
  const { context, planned } = options.dryRun ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'remove the hub of gateway-dns', again: 'mcs gateway-dns uninstall-hub' }, (limited, deadline) => removeBy(limited, options, deadline));
  return { ...result, ...(planned && { planned: [...planned, ...(result.planned ?? [])] }) };
}

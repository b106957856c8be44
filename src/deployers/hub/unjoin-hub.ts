import { MEMBER } from '../../api/labels.ts';
import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { sleep } from '../../base/clock.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import { McsError } from '../../base/errors.ts';
import { validateClusterId } from '../../discovery/cluster-id.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import { type FleetContext, patientPlace, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { leaveQuestions } from '../install-questions.ts';
import { removeSource } from '../mirror/source-credential.ts';
import { requireOurSecret } from '../mirror/standing-mirror.ts';
import { deleteOwned, deleteSeen, deletionOutcome, type Leftover, type ObjectRef, type Removal } from '../remove/delete-owned.ts';
import { removeCrds, removeDerived, removeInstallation, removeNamespace, stopAgents } from '../remove/leave-member.ts';
import { unwireDns } from '../remove/unwire-dns.ts';
import { withinTime } from '../remove/within-time.ts';
import { findStandingMember } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import type { MemberPlace } from './options.ts';
import { MEMBER_ACCOUNT, POLICY } from './render.ts';
import { listMembers, readStandingHub, type StandingHub } from './standing-hub.ts';

export interface HubUnjoinOptions {
  readonly clusterID: string;
  /** The member; absent with `--hub-only`, where it is gone or out of reach. */
  readonly member?: MemberPlace;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface HubUnjoinResult {
  readonly clusterID: string;
  readonly hubID: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly leftovers: readonly Leftover[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

async function checkMember({ client }: MemberPlace, clusterID: string, hubID: string, signal: AbortSignal): Promise<TaskOutcome> {
  validateAccess(await findMissingAccess(client, leaveQuestions(), signal), 'take the cluster out of the hub', client.server);
  const standing = (await findStandingMember(client, signal))?.config;
  if (standing === undefined) return { state: 'done', detail: 'no member (any more)' };
  const { hub, clusterID: id } = standing;
  if (hub?.id === hubID && id === clusterID) return { state: 'done', detail: `member "${id}" of ${hubID}` };
  const whose = hub === undefined ? 'a broker' : hub.id;
  throw new McsError('MCS_JOINED_ELSEWHERE', `Cannot take member "${clusterID}" out of ${hubID}: the cluster at ${client.server} is member "${id}" of ${whose}`, { hints: [hub === undefined ? 'mcs leave' : `mcs hub unjoin ${id} --from <context>`] });
}

async function checkHub({ client }: FleetContext, signal: AbortSignal): Promise<StandingHub> {
  const questions = [...questionsAbout(resources.secrets, ['get', 'list', 'delete'], HUB_NAMESPACE), ...[resources.clusters, resources.serviceImports, resources.endpointSlices, resources.leases].flatMap((resource) => questionsAbout(resource, ['get', 'list', 'delete'], HUB_NAMESPACE))];
  validateAccess(await findMissingAccess(client, questions, signal), 'take a member out of the hub', client.server);
  return readStandingHub(client, signal);
}

/** Whatever its name is, each Secret of the member has the hub work for it. Throws MCS_FOREIGN_OBJECT where one is another tool's, and then removes none. */
async function forget({ client }: FleetContext, clusterID: string, { signal }: TaskProgress): Promise<TaskOutcome> {
  const found = (await listMembers(client, signal)).filter((member) => member.clusterID === clusterID).map(({ secret }) => secret);
  for (const secret of found) requireOurSecret(secret);
  const deleted: ObjectRef[] = [];
  for (const { metadata } of found) {
    if (await deleteSeen(client, resources.secrets, metadata, { signal })) deleted.push({ resource: resources.secrets, name: metadata.name, namespace: HUB_NAMESPACE });
  }
  return deletionOutcome(deleted);
}

const POLL_MS = 200;

/** The hub ends its part in the member before it removes what the member shared: from then on nothing comes back. */
async function waitUntilForgotten({ client, clock, deadline, isDryRun, leftovers }: Removal, clusterID: string, hub: StandingHub, progress: TaskProgress): Promise<TaskOutcome> {
  const { signal } = progress;
  const isRunning = (hub.deployment?.status?.readyReplicas ?? 0) > 0;
  for (;;) {
    const lease = await client.find(resources.leases, clusterID, HUB_NAMESPACE, { signal });
    const cluster = await client.find(resources.clusters, clusterID, HUB_NAMESPACE, { signal });
    if (lease === undefined && cluster === undefined) return { state: isDryRun ? 'unchanged' : 'done', detail: 'nothing of the member is left beside the hub' };
    if (isDryRun) return { state: 'planned', detail: `all that member "${clusterID}" shares` };
    if (!isRunning || clock.monotonic() >= deadline) break;
    progress.update('Waiting for the hub to remove what the member shared');
    await sleep(clock, POLL_MS, signal);
  }
  leftovers.push({ object: `what member "${clusterID}" shared, in namespace ${HUB_NAMESPACE} of the hub`, command: `kubectl -n ${HUB_NAMESPACE} delete serviceimports,endpointslices,clusters.submariner.io -l ${MEMBER}=${clusterID}   # the hub does it once it runs again` });
  return { state: 'warning', detail: 'The hub does not run, or is slow: it removes the records once it runs' };
}

/** Without the CRD there is nothing of the kind. */
async function servedOnly(client: MemberPlace['client'], refs: readonly ObjectRef[], signal: AbortSignal): Promise<readonly ObjectRef[]> {
  const { plural, group } = resources.exportPolicies;
  return (await client.find(resources.customResourceDefinitions, `${plural}.${group}`, undefined, { signal })) === undefined ? [] : refs;
}

async function cleanMember(context: FleetContext, member: MemberPlace, removal: Removal, steps: Steps): Promise<void> {
  const there = { ...context, client: removal.client };
  const suffix = ` in ${member.context}`;
  await steps.do(`Unwire the cluster's own DNS${suffix}`, (progress) => unwireDns(removal, progress));
  await steps.do(`Stop the name server${suffix}`, (progress) => stopAgents(removal, progress));
  const policy: ObjectRef = { resource: resources.exportPolicies, name: POLICY };
  await steps.do(`Remove the policy that shares services${suffix}`, async ({ signal }) => deletionOutcome(await deleteOwned(removal.client, await servedOnly(removal.client, [policy], signal), { signal })));
  await steps.do(`Remove imported services${suffix}`, ({ signal }) => removeDerived(removal.client, signal));
  await steps.do(`Remove the account of the hub${suffix}`, ({ signal }) => removeSource({ client: removal.client }, MEMBER_ACCOUNT, signal));
  await steps.do(`Remove the installation${suffix}`, (progress) => removeInstallation(there, progress));
  await steps.do(`Remove CustomResourceDefinitions${suffix}`, (progress) => removeCrds(there, removal, progress));
  await steps.do(`Remove namespace ${MEMBER_NAMESPACE}${suffix}`, (progress) => removeNamespace(removal, progress));
}

async function unjoinBy(context: FleetContext, options: HubUnjoinOptions, deadline: number): Promise<HubUnjoinResult> {
  const { clusterID, member, dryRun: isDryRun } = options;
  const { client, clock } = context;
  const steps = new Steps(context);
  const removal: Removal = { client, clock, isDryRun, deadline, leftovers: [] };
  const hub = await steps.run('Check the hub', async ({ signal }) => {
    const value = await checkHub(context, signal);
    return { state: 'done', detail: `${value.hubID} at ${client.server}`, value };
  });
  if (member !== undefined) await steps.do(`Check cluster ${member.context}`, ({ signal }) => checkMember(member, clusterID, hub.hubID, signal));
  await steps.do(`Forget member ${clusterID}`, (progress) => forget(context, clusterID, progress));
  await steps.do('Wait for the hub', (progress) => waitUntilForgotten(removal, clusterID, hub, progress));
  const there = member && (isDryRun ? dryRunOf({ ...context, client: member.client }) : { context: { ...context, client: member.client }, planned: [] });
  if (member !== undefined && there !== undefined) await cleanMember(context, member, { ...removal, client: there.context.client }, steps);
  const planned = there?.planned.map((line) => `context ${member?.context ?? ''}: ${line}`) ?? [];
  return { clusterID, hubID: hub.hubID, steps: steps.results, warnings: steps.warnings, leftovers: removal.leftovers, isUnchanged: steps.isUnchanged, ...(isDryRun && { planned }) };
}

/**
 * Takes a member out of the hub, and everything of ours out of the member; ServiceExports of users
 * stay. Idempotent, and complete whether the hub runs or not, but for what it says is left. Throws
 * MCS_JOINED_ELSEWHERE and MCS_FORBIDDEN before anything is removed; MCS_TIMEOUT.
 */
export async function unjoinHub(given: FleetContext, asked: HubUnjoinOptions): Promise<HubUnjoinResult> {
  validateClusterId(asked.clusterID);
  const options = { ...asked, ...(asked.member && { member: patientPlace(asked.member, given.clock) }) };
  const { context, planned } = options.dryRun ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'take the member out of the hub', again: 'mcs hub unjoin' }, (limited, deadline) => unjoinBy(limited, options, deadline));
  return { ...result, ...(planned && { planned: [...planned, ...(result.planned ?? [])] }) };
}

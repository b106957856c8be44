import { MEMBER_NAMESPACE } from '../../api/names.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import type { MemberCredential } from '../../broker-info/index.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import { leaveQuestions } from '../install-questions.ts';
import { findMemberCredential } from '../join/member-secret.ts';
import { findStandingMember, validateNoHub } from '../standing-part.ts';
import type { Leftover, Removal } from './delete-owned.ts';
import { checkBrokerSide, type BrokerSide, removeFromBroker } from './leave-broker.ts';
import { withinTime } from './within-time.ts';
import { unwireDns } from './unwire-dns.ts';
import { removeGateways } from './remove-gateways.ts';
import { removeCrds, removeDerived, removeInstallation, removeNamespace, stopAgents, unlabelGateways } from './leave-member.ts';

export interface LeaveOptions {
  /** Leave although the broker cannot be reached; what stands there is then listed as left over. */
  readonly force: boolean;
  readonly timeoutMs: number;
  readonly dryRun?: boolean;
}

export interface LeaveResult {
  /** Undefined where the cluster was no member (any more). */
  readonly clusterID: string | undefined;
  readonly broker: string | undefined;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  /** What could not be removed. Empty after a clean leave. */
  readonly leftovers: readonly Leftover[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

async function planLeave(context: FleetContext, options: LeaveOptions, steps: Steps): Promise<{ credential: MemberCredential | undefined; side: BrokerSide }> {
  const { client } = context;
  const credential = await steps.run('Check this cluster', async ({ signal }) => {
    validateAccess(await findMissingAccess(client, leaveQuestions(), signal), 'leave', client.server);
    validateNoHub((await findStandingMember(client, signal))?.config, 'leave', 'unjoin');
    const value = await findMemberCredential(client, signal);
    return { state: 'done', detail: value === undefined ? 'no member' : `member "${value.clusterID}" of the broker at ${value.server}`, value };
  });
  if (credential === undefined) return { credential, side: { kind: 'none' } };
  const side = await steps.run('Check the broker', (progress) => checkBrokerSide(context, credential, options.force, progress), { broker: credential.server });
  return { credential, side };
}

/** What is on the broker goes by the member's own credential and by the desk: a dry run only names it. */
function leaveBroker(context: FleetContext, side: Exclude<BrokerSide, { kind: 'none' }>, removal: Removal, progress: TaskProgress): Promise<TaskOutcome> {
  if (!removal.isDryRun) return removeFromBroker(context, side, removal, progress);
  return Promise.resolve({ state: 'planned', detail: `member "${side.credential.clusterID}" and all that it exports` });
}

/**
 * Takes the cluster out of its clusterset: stops the agents, removes what it has on the broker and
 * all that join and the agents made here. The agents come first, for a controller that runs exports
 * and imports anew what is removed. Idempotent; never takes longer than the time limit, and says what
 * is left. Throws MCS_BROKER_UNREACHABLE or MCS_CREDENTIAL_EXPIRED, without `force`, before anything is
 * removed; MCS_TIMEOUT where an API server hangs.
 */
export async function leave(given: FleetContext, options: LeaveOptions): Promise<LeaveResult> {
  const { context, planned } = options.dryRun === true ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const result = await withinTime(context, { timeoutMs: options.timeoutMs, goal: 'leave the clusterset', again: 'mcs leave' }, (limited, deadline) => leaveBy(limited, options, deadline));
  return { ...result, ...(planned && { planned }) };
}

/** A node that does not answer must not take the time that the rest has for waiting. */
function mostOf(removal: Removal): Removal {
  const now = removal.clock.monotonic();
  return { ...removal, deadline: now + (removal.deadline - now) * 0.75 };
}

async function leaveBy(context: FleetContext, options: LeaveOptions, deadline: number): Promise<LeaveResult> {
  const isDryRun = options.dryRun === true;
  const { client, clock } = context;
  const steps = new Steps(context);
  const leftovers: Leftover[] = [];
  const { credential, side } = await planLeave(context, options, steps);
  try {
    await removeAll(context, side, { client, clock, isDryRun, deadline, leftovers }, steps);
  } finally {
    if (side.kind === 'reachable') side.broker.close();
  }
  return {
    clusterID: credential?.clusterID,
    broker: credential?.server,
    steps: steps.results,
    warnings: steps.warnings,
    leftovers,
    isUnchanged: steps.isUnchanged,
  };
}

async function removeAll(context: FleetContext, side: BrokerSide, removal: Removal, steps: Steps): Promise<void> {
  const { client } = context;
  await steps.do("Unwire the cluster's own DNS", (progress) => unwireDns(removal, progress));
  await steps.do('Take the data plane off the nodes', (progress) => removeGateways(mostOf(removal), progress));
  await steps.do('Stop the agents', (progress) => stopAgents(removal, progress));
  if (side.kind !== 'none') await steps.do('Leave the broker', (progress) => leaveBroker(context, side, removal, progress), { broker: side.credential.server });
  await steps.do('Remove imported services', ({ signal }) => removeDerived(client, signal));
  await steps.do('Remove gateway labels', ({ signal }) => unlabelGateways(client, signal));
  await steps.do('Remove the installation', (progress) => removeInstallation(context, progress));
  await steps.do('Remove CustomResourceDefinitions', (progress) => removeCrds(context, removal, progress));
  // the credential goes last, so that a leave that was cut can still reach the broker
  await steps.do(`Remove namespace ${MEMBER_NAMESPACE}`, (progress) => removeNamespace(removal, progress));
}

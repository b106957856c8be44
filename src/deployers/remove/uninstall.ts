import type { FleetContext } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { describeStandingMirrors } from '../mirror/uninstall-mirror.ts';
import { leave, type LeaveResult } from './leave.ts';
import { findMembers, hasBroker, removeBroker, type RemoveBrokerOptions, type RemoveBrokerResult } from './remove-broker.ts';
import { findMemberCredential } from '../join/member-secret.ts';
import { McsError } from '../../base/errors.ts';

export interface UninstallResult {
  readonly leave: LeaveResult;
  /** Absent where there was no broker in this cluster. */
  readonly broker?: RemoveBrokerResult;
  /** Mirrors and emitters, which stay: they belong to no clusterset. */
  readonly mirrors: readonly string[];
}

/** A broker that others use is a reason to stop before this cluster has left. */
async function validateNotUsedByOthers(context: FleetContext, { brokerNamespace, force }: RemoveBrokerOptions, ownID: string | undefined): Promise<void> {
  const others = (await findMembers(context, brokerNamespace)).filter((name) => name !== ownID);
  if (others.length === 0 || force) return;
  throw new McsError('MCS_BROKER_IN_USE', `Cannot uninstall: the broker in namespace "${brokerNamespace}" has other members: ${others.join(', ')}`, {
    hints: ['mcs leave   # in each of them, or only here'],
    details: { members: others },
  });
}

/** Leaves the clusterset, and removes the broker if it is in this cluster. Throws what both throw. */
export async function uninstall(given: FleetContext, options: RemoveBrokerOptions): Promise<UninstallResult> {
  // one dry run around both, so that the second half plans without what the first would delete
  const context = options.dryRun === true ? dryRunOf(given).context : given;
  const mirrors = await describeStandingMirrors(context);
  if (!(await hasBroker(context, options.brokerNamespace))) return { leave: await leave(context, options), mirrors };
  const ownID = (await findMemberCredential(context.client, context.signal))?.clusterID;
  await validateNotUsedByOthers(context, options, ownID);
  const left = await leave(context, options);
  return { mirrors, leave: left, broker: await removeBroker(context, { ...options, ...(ownID !== undefined && { leaving: ownID }) }) };
}

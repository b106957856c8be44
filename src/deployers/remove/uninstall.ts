import type { FleetContext } from '../deploy-context.ts';
import { leave, type LeaveResult } from './leave.ts';
import { findMembers, hasBroker, removeBroker, type RemoveBrokerOptions, type RemoveBrokerResult } from './remove-broker.ts';
import { findMemberCredential } from '../join/member-secret.ts';
import { McsError } from '../../base/errors.ts';

export interface UninstallResult {
  readonly leave: LeaveResult;
  /** Absent where there was no broker in this cluster. */
  readonly broker?: RemoveBrokerResult;
}

/** A broker that others use is a reason to stop before this cluster has left. */
async function validateNotUsedByOthers(context: FleetContext, { brokerNamespace, force }: RemoveBrokerOptions): Promise<void> {
  const own = await findMemberCredential(context.client, context.signal);
  const others = (await findMembers(context, brokerNamespace)).filter((name) => name !== own?.clusterID);
  if (others.length === 0 || force) return;
  throw new McsError('MCS_BROKER_IN_USE', `Cannot uninstall: the broker in namespace "${brokerNamespace}" has other members: ${others.join(', ')}`, {
    hints: ['mcs leave, in each of them', 'mcs leave, to take only this cluster out'],
    details: { members: others },
  });
}

/** Leaves the clusterset, and removes the broker if it is in this cluster. Throws what both throw. */
export async function uninstall(context: FleetContext, options: RemoveBrokerOptions): Promise<UninstallResult> {
  const isBroker = await hasBroker(context, options.brokerNamespace);
  if (isBroker) await validateNotUsedByOthers(context, options);
  const left = await leave(context, options);
  if (!isBroker) return { leave: left };
  // a dry run has not taken this cluster out of the members; that there are no others was checked above
  const removal = options.dryRun === true ? { ...options, force: true } : options;
  return { leave: left, broker: await removeBroker(context, removal) };
}

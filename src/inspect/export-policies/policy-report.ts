import { toMcsError } from '../../base/errors.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { type Fleet, type FleetMember, nameOf, type UnreadCluster, type UnreadContext } from '../survey-fleet.ts';
import { readPolicyFacts } from './policy-facts.ts';
import { policyRows, type PolicyRow } from './policy-rows.ts';

/** What `mcs show policies` says, ready for JSON. */
export interface PolicyReport<U = UnreadContext> {
  readonly policies: readonly PolicyRow[];
  readonly unread: readonly U[];
  readonly leftOut: Fleet['leftOut'];
}

/** What one cluster has, or why it could not be read. */
type Answer = readonly PolicyRow[] | UnreadCluster;

async function readOne({ client, context, state }: FleetMember, name: string, signal: AbortSignal): Promise<Answer> {
  if (state.member === undefined) return [];
  try {
    return policyRows(name, await readPolicyFacts(client, signal), state.member.config);
  } catch (error) {
    signal.throwIfAborted();
    return { context, error: toMcsError(describeApiError(error, { verb: 'read', object: 'the export policies', server: client.server })) };
  }
}

/** Reads the policies of all clusters in parallel; one that cannot be read hides none of the others. */
export async function readPolicyReport(fleet: Fleet, signal: AbortSignal): Promise<PolicyReport<UnreadCluster>> {
  const answers = await Promise.all(fleet.clusters.map((cluster) => readOne(cluster, nameOf(cluster), signal)));
  const unread = answers.filter((answer): answer is UnreadCluster => 'error' in answer);
  const rows = answers.filter((answer): answer is readonly PolicyRow[] => !('error' in answer));
  return { policies: rows.flat(), unread: [...fleet.unread, ...unread], leftOut: fleet.leftOut };
}

import { sameConditions, stampConditions, type WantedCondition } from '../../api/conditions.ts';
import { resources } from '../../api/resources.ts';
import type { ServiceExportPolicy } from '../../api/types/index.ts';
import { isConflict, isNotFound } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ReadPolicy } from '../../sync/export-policy/read-policies.ts';
import { FIELD_MANAGER } from '../settings.ts';

const CONDITION_TYPES: readonly string[] = ['Accepted', 'Exported'];

export interface PolicyState {
  /** ServiceExports that stand because of the policy. */
  readonly exported: number;
  /** Why Services that it selects could not be exported, by `namespace/name`. */
  readonly failures: ReadonlyMap<string, string>;
}

/** What is to be said of a policy. */
export function policyConditions({ policy, problem }: ReadPolicy, { exported, failures }: PolicyState): WantedCondition[] {
  const observedGeneration = policy.metadata.generation ?? 0;
  if (problem !== undefined) return [{ type: 'Accepted', status: 'False', reason: 'InvalidSelector', message: `${problem}; its exports stay as they are`, observedGeneration }];
  const accepted: WantedCondition = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The policy is followed', observedGeneration };
  const [first] = failures;
  if (first === undefined) return [accepted, { type: 'Exported', status: 'True', reason: 'Exported', message: `Services that are exported by this policy: ${exported}`, observedGeneration }];
  const message = `${failures.size} ServiceExports cannot be written; ${first[0]}: ${first[1]}`;
  return [accepted, { type: 'Exported', status: 'False', reason: 'WriteFailed', message, observedGeneration }];
}

/** Writes the status of a policy, and nothing where it says the same already. Gives what is stored. */
export async function writePolicyStatus(client: KubeClient, read: ReadPolicy, state: PolicyState, now: () => number, signal: AbortSignal): Promise<ServiceExportPolicy> {
  const { policy } = read;
  const { name, uid, generation: observedGeneration = 0 } = policy.metadata;
  const { exported } = state;
  const conditions = stampConditions(policyConditions(read, state), policy.status?.conditions, now);
  const isSame = policy.status?.exported === exported && policy.status.observedGeneration === observedGeneration && sameConditions(conditions, policy.status.conditions, CONDITION_TYPES);
  if (isSame) return policy;
  const draft = { metadata: { name, ...(uid !== undefined && { uid }) }, status: { observedGeneration, exported, conditions } };
  try {
    return await client.apply(resources.exportPolicies, draft, { fieldManager: FIELD_MANAGER, force: true, subresource: 'status', signal });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error; // gone, or made anew: its event brings the key back
    return policy;
  }
}

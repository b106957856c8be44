import { EXPORT_POLICY } from '../../api/labels.ts';
import { objectKey, resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { policyLabel } from '../../sync/export-policy/read-policies.ts';
import type { DeployContext } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import { requireMember } from './require-member.ts';

export interface UnexportPolicyOptions {
  readonly name: string;
  readonly dryRun?: boolean;
}

export interface UnexportPolicyResult {
  readonly name: string;
  /** Services by `namespace/name` that were exported by it. */
  readonly exported: readonly string[];
  readonly steps: readonly TaskResult[];
  /** What a dry run would have written. */
  readonly planned?: readonly string[];
}

/** Removes a policy; the controller then removes its exports. Throws MCS_EXPORT_POLICY_NOT_FOUND, MCS_NOT_JOINED. */
export async function unexportPolicy(given: DeployContext, { name, dryRun = false }: UnexportPolicyOptions): Promise<UnexportPolicyResult> {
  const { context, planned } = dryRun ? dryRunOf(given) : { context: given };
  const { client } = context;
  const steps = new Steps(context);
  const exported = await steps.run('Delete the ServiceExportPolicy', async ({ signal }) => {
    const { policies } = await requireMember(context, `remove policy "${name}"`);
    const standing = policies.find(({ metadata }) => metadata.name === name);
    if (standing === undefined) throw new McsError('MCS_EXPORT_POLICY_NOT_FOUND', `Cannot remove policy "${name}": there is none of that name`, { hints: ['mcs show policies'] });
    const { items } = await client.list(resources.serviceExports, { labelSelector: `${EXPORT_POLICY}=${policyLabel(name)}`, signal });
    const { uid } = standing.metadata;
    await client.delete(resources.exportPolicies, name, undefined, { signal, ...(uid !== undefined && { uid }) });
    return { state: 'deleted', detail: name, value: items.map(({ metadata }) => objectKey(metadata)).toSorted() };
  });
  return { name, exported, steps: steps.results, ...(planned && { planned }) };
}

import { MEMBER_CONFIG, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { MemberConfig, ServiceExportPolicy } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { parseMemberConfig } from '../../inspect/cluster-state.ts';
import { isNotFound } from '../../kube/api-error.ts';
import type { DeployContext } from '../deploy-context.ts';

type Context = Pick<DeployContext, 'client' | 'signal'>;

/** Configuration of the member. Throws MCS_NOT_JOINED. `attempt` completes "Cannot ...". */
export async function requireMemberConfig({ client, signal }: Context, attempt: string): Promise<MemberConfig> {
  const config = parseMemberConfig(await client.find(resources.configMaps, MEMBER_CONFIG, MEMBER_NAMESPACE, { signal }));
  if (config === undefined) throw new McsError('MCS_NOT_JOINED', `Cannot ${attempt}: this cluster is not a member`, { hints: ['mcs join broker-info.subm'] });
  return config;
}

/** The same with the export policies of the member, which an older version does not know. */
export async function requireMember(context: Context, attempt: string): Promise<{ readonly config: MemberConfig; readonly policies: readonly ServiceExportPolicy[] }> {
  const { client, signal } = context;
  const config = await requireMemberConfig(context, attempt);
  const { items: policies } = await client.list(resources.exportPolicies, { signal }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw new McsError('MCS_NOT_JOINED', `Cannot ${attempt}: the mcs of this cluster knows no export policies`, { hints: ['mcs upgrade'], cause: error });
  });
  return { config, policies };
}

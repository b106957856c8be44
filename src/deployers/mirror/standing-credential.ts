import { resources } from '../../api/resources.ts';
import { renewalTime } from '../../base/renewal-timer.ts';
import { ApiError } from '../../kube/api-error.ts';
import { sourceAccess } from '../../mirror/connect-source.ts';
import { findAccountToken } from '../../mirror/service-account-token.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { PlannedCredential } from './plan-install.ts';
import { sourceKubeconfig } from './source-credential.ts';

/** Whether the source accepts a kubeconfig: its account may have been made anew, or its rights may have changed. */
async function isAccepted({ connect, signal }: FleetContext, text: string, name: string): Promise<boolean> {
  const client = connect(sourceAccess({ kind: 'kubeconfig', text }, name, {}));
  try {
    await client.get(resources.namespaces, 'kube-system', undefined, { signal });
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  } finally {
    client.close();
  }
}

/**
 * The kubeconfig that stands for a source, if it is as a new one would be and its token does not have to
 * be renewed yet: a second install then changes nothing.
 */
export async function findGoodKubeconfig(context: FleetContext, credential: PlannedCredential, standing: string | undefined): Promise<string | undefined> {
  if (standing === undefined) return undefined;
  const access = { kind: 'kubeconfig', text: standing } as const;
  const token = findAccountToken(access);
  if (token === undefined || context.clock.now() >= renewalTime(token)) return undefined;
  const { account, namespace } = credential.account;
  const { context: contextName, access: sourceAccessOf, client } = credential.source;
  const wanted = sourceKubeconfig({ account, contextName, access: sourceAccessOf, server: client.server }, token.token);
  const isSame = token.account === account && token.namespace === namespace && standing === wanted;
  // pods may reach the source under an address that this workstation does not
  if (!isSame || credential.source.server !== undefined) return undefined;
  return (await isAccepted(context, standing, credential.source.name)) ? standing : undefined;
}

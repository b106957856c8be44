import { McsError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { findNamesake, type RightsPlace } from '../mirror/standing-mirror.ts';

/** Throws MCS_FOREIGN_OBJECT where the rights of that name are of an installation in another namespace; `what` reads "a hub of gateway-dns". */
export async function requireOnePlace(client: KubeClient, place: RightsPlace & { readonly what: string }, signal: AbortSignal): Promise<void> {
  const other = await findNamesake(client, place, signal);
  if (other === undefined) return;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot use namespace "${place.namespace}": ${place.what} is in namespace "${other}" already`, { hints: [`--namespace ${other}`] });
}

import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { findStandingMember } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import { replaceWireguardKeys } from './wireguard-secret.ts';

export interface RotateKeyResult {
  readonly clusterID: string;
  /** The new public key; nothing in a dry run, which makes none. */
  readonly publicKey?: string;
  readonly steps: readonly TaskResult[];
}

/**
 * Gives the tunnels of the cluster a new key pair. The gateways take it up from the Secret, and the
 * other members learn the public half through the broker; tunnels are down until they have.
 * Throws MCS_NOT_JOINED, and MCS_USAGE where the tunnels have no keys.
 */
export async function rotateKey(given: DeployContext, { dryRun }: { readonly dryRun: boolean }): Promise<RotateKeyResult> {
  const context = withPatience(given);
  const steps = new Steps(context);
  const { config } = await steps.run('Check this cluster', async ({ signal }) => {
    const value = await findStandingMember(context.client, signal);
    if (value === undefined) throw new McsError('MCS_NOT_JOINED', 'Cannot rotate the key: this cluster is no member', { hints: ['mcs join broker-info.subm'] });
    return { state: 'done', detail: `member "${value.config.clusterID}"`, value };
  });
  const { clusterID, components, settings } = config;
  if (!components.includes('connectivity')) throw new McsError('MCS_USAGE', `Cannot rotate the key: member "${clusterID}" has no tunnels`, { hints: ['mcs show networks'] });
  if (settings.cableDriver !== 'wireguard') throw new McsError('MCS_USAGE', `Cannot rotate the key: the tunnels of "${clusterID}" are of driver "${settings.cableDriver ?? ''}", which has no keys`, { hints: ['mcs show networks'] });
  const publicKey = await steps.run('Replace the key pair', async ({ signal }) => {
    if (dryRun) return { state: 'planned', value: undefined };
    return { state: 'updated', value: await replaceWireguardKeys(context, signal) };
  });
  return { clusterID, ...(publicKey !== undefined && { publicKey }), steps: steps.results };
}

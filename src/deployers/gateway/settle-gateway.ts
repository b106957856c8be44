import { GATEWAY_SERVICE } from '../../api/data-plane.ts';
import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { MemberConfig } from '../../api/types/index.ts';
import type { DeployContext } from '../deploy-context.ts';
import { deleteOwned, deletionOutcome } from '../remove/delete-owned.ts';
import { removeGateways } from '../remove/remove-gateways.ts';
import type { Steps } from '../steps.ts';
import { ensureWireguardSecret } from './wireguard-secret.ts';

/** Whether gateways connect the cluster with the others. */
export function hasTunnels({ components }: Pick<MemberConfig, 'components'>): boolean {
  return components.includes('connectivity');
}

/** Whether those tunnels have a key pair. */
export function hasKeys({ components, settings }: Pick<MemberConfig, 'components' | 'settings'>): boolean {
  return hasTunnels({ components }) && settings.cableDriver === 'wireguard';
}

/** What the gateway agents need before they begin: the key of the tunnels, where they have one. */
export async function prepareGateway(context: DeployContext, config: MemberConfig, steps: Steps): Promise<void> {
  if (!hasKeys(config)) return;
  await steps.do('Keep the key of the tunnels', ({ signal }) => ensureWireguardSecret(context, signal));
}

/** Takes away what an earlier join has installed and this one does not want any more. */
export async function removeUnwanted({ client, clock, signal }: DeployContext, { components, settings }: MemberConfig, timeoutMs: number, steps: Steps): Promise<void> {
  const [service, agent] = await Promise.all([
    client.find(resources.services, GATEWAY_SERVICE, MEMBER_NAMESPACE, { signal }),
    client.find(resources.daemonSets, GATEWAY_AGENT, MEMBER_NAMESPACE, { signal }),
  ]);
  const isWanted = hasTunnels({ components });
  if (service !== undefined && !(isWanted && settings.loadBalancer === true)) {
    const ref = { resource: resources.services, name: GATEWAY_SERVICE, namespace: MEMBER_NAMESPACE };
    await steps.do('Remove the load balancer', async (progress) => deletionOutcome(await deleteOwned(client, [ref], { signal: progress.signal })));
  }
  if (agent === undefined || isWanted) return;
  await steps.do('Take the data plane off the nodes', (progress) => removeGateways({ client, clock, isDryRun: false, deadline: clock.monotonic() + timeoutMs / 2, leftovers: [] }, progress));
}

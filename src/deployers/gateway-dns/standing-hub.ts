import { resources } from '../../api/resources.ts';
import type { Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { gatewayOwner } from '../../gateway-dns/plan/names.ts';
import { defaultHubId } from '../../gateway-dns/settings.ts';
import type { KubeClient } from '../../kube/client.ts';
import { HUB } from './render.ts';
import { standingHubSettings } from './settings.ts';

/** A hub as far as its cluster tells. */
export interface StandingHub {
  /** UID of the management cluster's namespace kube-system. */
  readonly uid: string;
  /** Absent where it was removed, or never was. */
  readonly deployment: Workload | undefined;
  /** Owner label of the records that it writes. */
  readonly owner: string;
}

/** Reads what there is of a hub of ours. */
export async function readStandingHub(client: KubeClient, namespace: string, signal: AbortSignal): Promise<StandingHub> {
  const [system, found] = await Promise.all([client.get(resources.namespaces, 'kube-system', undefined, { signal }), client.find(resources.deployments, HUB, namespace, { signal })]);
  const uid = system.metadata.uid ?? '';
  const deployment = found !== undefined && isOurs(found) ? found : undefined;
  return { uid, deployment, owner: gatewayOwner(standingHubSettings(deployment).hubID ?? defaultHubId(uid)) };
}

/** Throws MCS_GATEWAY_DNS_HUB_NOT_FOUND. `goal` reads "add cluster dev-team/cluster-a". */
export function requireHub({ deployment }: StandingHub, namespace: string, goal: string): void {
  if (deployment !== undefined) return;
  throw new McsError('MCS_GATEWAY_DNS_HUB_NOT_FOUND', `Cannot ${goal}: no hub of gateway-dns is installed in namespace "${namespace}" of this cluster`, {
    hints: ['mcs gateway-dns install-hub', '--context <the management cluster>'],
  });
}

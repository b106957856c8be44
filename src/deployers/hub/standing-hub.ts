import { createHash } from 'node:crypto';
import { FLEET_CLUSTER } from '../../api/labels.ts';
import { HUB_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { MemberConfig, Secret, Workload } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { readMember } from '../../hub/read-member.ts';
import type { KubeClient } from '../../kube/client.ts';
import { HUB } from './render.ts';

/** Name of the hub of a cluster, made of the UID of its kube-system. */
export function hubIdOf(kubeSystemUID: string): string {
  return `hub-${createHash('sha256').update(kubeSystemUID).digest('hex').slice(0, 10)}`;
}

/** A hub as far as its cluster tells. */
export interface StandingHub {
  readonly hubID: string;
  /** Absent where none is installed. */
  readonly deployment: Workload | undefined;
}

export async function readStandingHub(client: KubeClient, signal: AbortSignal): Promise<StandingHub> {
  const [system, found] = await Promise.all([
    client.get(resources.namespaces, 'kube-system', undefined, { signal }),
    client.find(resources.deployments, HUB, HUB_NAMESPACE, { signal }),
  ]);
  return { hubID: hubIdOf(system.metadata.uid ?? ''), deployment: found !== undefined && isOurs(found) ? found : undefined };
}

/** Throws MCS_HUB_NOT_FOUND. `goal` reads `join member "west"`. */
export function requireHub({ deployment }: StandingHub, goal: string, server: string): void {
  if (deployment !== undefined) return;
  throw new McsError('MCS_HUB_NOT_FOUND', `Cannot ${goal}: no hub is installed in namespace "${HUB_NAMESPACE}" of the cluster at ${server}`, { hints: ['mcs hub install', '--context <cluster of the hub>'] });
}

/** A member by its Secret. */
export interface HubMemberSecret {
  readonly clusterID: string;
  readonly secret: Secret;
  /** Undefined where it cannot be read. */
  readonly config: MemberConfig | undefined;
}

function configOf(secret: Secret, clusterID: string): MemberConfig | undefined {
  try {
    return readMember(secret, clusterID, HUB_NAMESPACE);
  } catch (error) {
    if (error instanceof McsError) return undefined; // the hub says what is wrong with it
    throw error;
  }
}

/** Members in order of their names. Throws ApiError. */
export async function listMembers(client: KubeClient, signal: AbortSignal): Promise<HubMemberSecret[]> {
  const { items } = await client.list(resources.secrets, { namespace: HUB_NAMESPACE, labelSelector: FLEET_CLUSTER, signal });
  const members = items.map((secret) => {
    const clusterID = secret.metadata.labels?.[FLEET_CLUSTER] ?? '';
    return { clusterID, secret, config: configOf(secret, clusterID) };
  });
  return members.toSorted((a, b) => (a.clusterID < b.clusterID ? -1 : 1));
}

/** Secret of a member: no object of the hub itself has such a name. */
export function memberSecretName(clusterID: string): string {
  return `member.${clusterID}`;
}

import { readClusterLocal } from '../api/cluster-local.ts';
import { CLUSTER_DOMAIN, MEMBER_CLUSTER_LOCAL } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import { isForbidden } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { describeFallthrough } from './describe-fallthrough.ts';
import type { DetectedDns } from './detect.ts';
import type { DnsObjects } from './dns-objects.ts';
import { listDnsPods } from './dns-pods.ts';
import type { DnsProof } from './dns-proof.ts';
import { type FallthroughPlan, planFallthrough, planNoFallthrough } from './plan-fallthrough.ts';
import type { FallthroughStatus } from './wiring-status.ts';
import type { Proof } from './wiring-subject.ts';

/**
 * Our name server has this name, without records, in every zone; the plugin `kubernetes` knows no
 * such name, so that only what falls through can say that it exists.
 */
export const FALLTHROUGH_PROOF: Proof = { name: `dns.${CLUSTER_DOMAIN}`, type: 'A', isOurs: ({ rcode }) => rcode === 'NOERROR' };

export interface FallthroughWiringOptions {
  readonly client: KubeClient;
  /** Of the ConfigMap `mcs-cluster-local`. */
  readonly namespace: string;
  readonly proof: DnsProof;
}

export interface FallthroughSight {
  readonly isWanted: boolean;
  readonly plan: FallthroughPlan;
}

/** The two lines in the Corefile by which names of cluster.local fall through, for as long as the ConfigMap `mcs-cluster-local` has the key for it. */
export class FallthroughWiring {
  readonly #options: FallthroughWiringOptions;

  constructor(options: FallthroughWiringOptions) {
    this.#options = options;
  }

  /** What is to be written. Undefined where it may not be read what is asked for, as with the rights of an earlier release: what stands is left. */
  async look(objects: DnsObjects, detected: DetectedDns, upstream: string | undefined, signal: AbortSignal): Promise<FallthroughSight | undefined> {
    const { client } = this.#options;
    const isWanted = await isAskedFor(this.#options, signal);
    if (isWanted === undefined) return undefined;
    if (!isWanted) return { isWanted, plan: planNoFallthrough(objects) };
    const pods = detected.kind === 'openshift' ? [] : (await listDnsPods(client, signal)).servers;
    return { isWanted, plan: planFallthrough(objects, { detected, upstream, pods }) };
  }

  /** What is to be said; undefined where nothing is asked for and nothing stands. */
  async prove({ isWanted, plan }: FallthroughSight, objects: DnsObjects, detected: DetectedDns, loadMs: number, signal: AbortSignal): Promise<FallthroughStatus | undefined> {
    if (!isWanted && plan.refusal === undefined) return undefined;
    if (plan.refusal !== undefined) return describeFallthrough(plan, [], false);
    // the caches of nodes keep what these servers say for seconds only: nothing is to be loaded there
    const { servers, elapsedMs, isUnseen } = await this.#options.proof.ask({ ...detected, localCache: undefined }, objects, true, signal);
    return describeFallthrough(plan, servers, elapsedMs >= loadMs, isUnseen);
  }
}

/** Undefined where it may not be read. */
async function isAskedFor({ client, namespace }: Pick<FallthroughWiringOptions, 'client' | 'namespace'>, signal: AbortSignal): Promise<boolean | undefined> {
  try {
    const { fallthrough } = readClusterLocal(await client.find(resources.configMaps, MEMBER_CLUSTER_LOCAL, namespace, { signal }));
    return fallthrough === '*' || fallthrough.size > 0;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** The status where join was told to leave the cluster's DNS alone; undefined where nobody asks for it. */
export async function describeUnwired(options: Pick<FallthroughWiringOptions, 'client' | 'namespace'>, signal: AbortSignal): Promise<FallthroughStatus | undefined> {
  return (await isAskedFor(options, signal)) === true ? describeFallthrough({ changes: [], refusal: 'off' }, [], false) : undefined;
}

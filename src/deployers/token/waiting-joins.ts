import { resources } from '../../api/resources.ts';
import type { ClusterJoin } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { identityFingerprint } from '../../broker-info/index.ts';
import type { DeployContext } from '../deploy-context.ts';
import { type BrokerPlace, requireBroker } from './get-broker.ts';

/** A cluster that waits for `mcs accept`. The desk has checked its proof, id and ranges. */
export interface WaitingJoin {
  readonly clusterID: string;
  /** Of the cluster's identity key; `mcs join` shows the same one. */
  readonly fingerprint: string;
  readonly tokenID: string;
  /** UID of its kube-system namespace. */
  readonly clusterUID: string;
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** RFC 3339, by the broker's clock. */
  readonly since: string;
}

/** One entry for all requests of one cluster, with the time of the first: a `join` that is repeated asks anew. */
export function describeWaiting(joins: readonly ClusterJoin[]): WaitingJoin[] {
  const waiting = new Map<string, WaitingJoin>();
  const pending = joins.filter(({ status }) => status?.phase === 'Pending');
  const byAge = pending.sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
  for (const { metadata, spec } of byAge) {
    const { clusterID, tokenID, clusterUID, podCIDRs, serviceCIDRs, identityKey } = spec;
    const key = [clusterID, tokenID, identityKey].join(' ');
    if (waiting.has(key)) continue;
    waiting.set(key, { clusterID, fingerprint: identityFingerprint(identityKey), tokenID, clusterUID, podCIDRs, serviceCIDRs, since: metadata.creationTimestamp ?? '' });
  }
  return [...waiting.values()];
}

export async function listJoins({ client, signal }: DeployContext, { brokerNamespace }: BrokerPlace): Promise<ClusterJoin[]> {
  return (await client.list(resources.clusterJoins, { namespace: brokerNamespace, signal })).items;
}

/** All clusters that wait for `mcs accept`. Throws MCS_BROKER_NOT_FOUND. */
export async function listWaitingJoins(context: DeployContext, place: BrokerPlace): Promise<WaitingJoin[]> {
  await requireBroker(context, place);
  return describeWaiting(await listJoins(context, place));
}

/** The one that is meant. Throws MCS_JOIN_NOT_WAITING where there is none, or no saying which. */
export function chooseWaiting(waiting: readonly WaitingJoin[], clusterID: string, fingerprint: string | undefined): WaitingJoin {
  const candidates = waiting.filter((join) => join.clusterID === clusterID && (fingerprint === undefined || join.fingerprint === fingerprint.toLowerCase()));
  const keys = [...new Set(candidates.map((join) => join.fingerprint))];
  const [chosen] = candidates;
  if (chosen !== undefined && keys.length === 1) return chosen;
  const state = chosen === undefined ? `it does not wait${fingerprint === undefined ? '' : ` with the fingerprint ${fingerprint}`}` : `${keys.length} clusters want that id`;
  const hints = chosen === undefined ? ['mcs accept --list', 'mcs token create --approve'] : keys.map((key) => `mcs accept ${clusterID} --fingerprint ${key}`);
  throw new McsError('MCS_JOIN_NOT_WAITING', `Cannot decide about cluster "${clusterID}": ${state}`, { hints, details: { waiting: waiting.map(({ clusterID: id, fingerprint: key }) => `${id} ${key}`) } });
}

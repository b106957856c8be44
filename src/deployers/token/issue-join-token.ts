import { randomBytes } from 'node:crypto';
import { JOIN_TOKEN_ID } from '../../api/labels.ts';
import { joinTokenSecretName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import { type BrokerInfo, joinTokenData } from '../../broker-info/index.ts';
import { type FleetContext, FIELD_MANAGER } from '../deploy-context.ts';
import { withOwnership } from '../render-template.ts';

/** ServiceAccount whose tokens broker-info files hold. */
export const JOIN_ACCOUNT = 'mcs-join';

export interface JoinTokenRequest {
  /** Namespace of the broker. */
  readonly namespace: string;
  readonly ttlSeconds: number;
  /** Undefined for any number of clusters. */
  readonly maxUses?: number;
  /** The only cluster id that it is good for. */
  readonly clusterID?: string;
  /** Whether each join waits for `mcs accept`. */
  readonly approve: boolean;
}

interface PlannedToken {
  readonly id: string;
  readonly secret: string;
  readonly expiresAt: string;
  /** The Secret that stands for it. */
  readonly object: UnknownObject;
}

interface TokenContext {
  readonly clock: Pick<Clock, 'now'>;
  readonly version: string;
}

/** Makes up a join token that ends by the given clock; nothing is sent. */
export function planJoinToken({ clock, version }: TokenContext, { namespace, ttlSeconds, maxUses, clusterID, approve }: JoinTokenRequest): PlannedToken {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64');
  const expiresAt = new Date(clock.now() + ttlSeconds * 1000).toISOString();
  const limits = { ...(maxUses !== undefined && { maxUses }), ...(clusterID !== undefined && { clusterID }) };
  const data = joinTokenData({ secret, expiresAt, approve, ...limits, uses: [], accepted: [], denied: [] });
  const metadata = { name: joinTokenSecretName(id), namespace, labels: { [JOIN_TOKEN_ID]: id } };
  return { id, secret, expiresAt, object: withOwnership({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }, version) };
}

/** The broker's time, to the second: the desk judges by it, and the clock of a workstation may be off. */
async function brokerNow(context: FleetContext, request: JoinTokenRequest): Promise<number> {
  const { client, clock, signal } = context;
  const { metadata } = await client.create(resources.secrets, planJoinToken(context, request).object, { fieldManager: FIELD_MANAGER, dryRun: true, signal });
  return metadata.creationTimestamp === undefined ? clock.now() : Date.parse(metadata.creationTimestamp);
}

/** Makes a join token: the Secret that stands for it, and a bearer token that dies with that Secret. */
export async function issueJoinToken(context: FleetContext, request: JoinTokenRequest): Promise<BrokerInfo['token']> {
  const { client, signal } = context;
  const now = await brokerNow(context, request);
  const { id, secret, expiresAt, object } = planJoinToken({ clock: { now: () => now }, version: context.version }, request);
  const { metadata } = await client.create(resources.secrets, object, { fieldManager: FIELD_MANAGER, signal });
  const boundSecret = { name: metadata.name, uid: metadata.uid ?? '' };
  const issued = await client.createToken(JOIN_ACCOUNT, request.namespace, { expirationSeconds: request.ttlSeconds, boundSecret, signal });
  // the server may have granted less than was asked
  const granted = Math.min(Date.parse(issued.expirationTimestamp), Date.parse(expiresAt));
  return { id, secret, bearer: issued.token, expiresAt: new Date(granted).toISOString() };
}

import { isClusterId, joinTokenSecretName } from '../api/names.ts';
import { resources } from '../api/resources.ts';
import type { Cluster, ClusterJoin, Secret } from '../api/types/index.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { McsError } from '../base/errors.ts';
import { type JoinAnswer, sealAnswer } from '../broker-info/join-answer.ts';
import { parsePublicKey } from '../broker-info/identity-key.ts';
import { type JoinToken, parseJoinToken, withUse } from '../broker-info/join-token.ts';
import type { Draft, KubeClient, RequestOptions } from '../kube/client.ts';
import { decideJoin, type Refusal } from './decide-join.ts';
import { ensureMember, validateMemberNames } from './ensure-member.ts';
import { DESK_FIELD_MANAGER } from './find-owned.ts';
import { planMember } from './member-objects.ts';
import { removeIfLeaving } from './remove-member.ts';

/** What answering a join needs. */
export interface AnswerContext {
  readonly client: KubeClient;
  /** Namespace of the broker. */
  readonly namespace: string;
  readonly brokerUID: string;
  readonly allowLoopback: boolean;
  readonly now: () => number;
}

export type JoinOutcome = { readonly phase: 'Accepted' } | { readonly phase: 'Pending' } | { readonly phase: 'Refused'; readonly code: ErrorCode };

interface TokenState {
  readonly secret: Secret;
  readonly token: JoinToken;
}

async function findToken({ client, namespace }: AnswerContext, tokenID: unknown, options: RequestOptions): Promise<TokenState | undefined> {
  if (typeof tokenID !== 'string' || !/^[-a-z0-9]{1,63}$/.test(tokenID)) return undefined;
  const secret = await client.find(resources.secrets, joinTokenSecretName(tokenID), namespace, options);
  const token = secret && parseJoinToken(secret);
  return secret !== undefined && token?.id === tokenID ? { secret, token } : undefined;
}

async function writeStatus({ client }: AnswerContext, join: ClusterJoin, status: ClusterJoin['status'], options: RequestOptions): Promise<void> {
  const { name, namespace, uid } = join.metadata;
  // with the uid the apply cannot bring back an object that was deleted meanwhile
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
  const draft = { metadata, status } as Draft<ClusterJoin>;
  await client.apply(resources.clusterJoins, draft, { ...options, fieldManager: DESK_FIELD_MANAGER, force: true, subresource: 'status' });
}

/** Writes an answer, encrypted if there is anything to encrypt it with. */
async function answer(context: AnswerContext, join: ClusterJoin, token: JoinToken | undefined, content: JoinAnswer, options: RequestOptions): Promise<void> {
  const canSeal = token !== undefined && typeof join.spec.mac === 'string' && typeof join.spec.answerKey === 'string' && parsePublicKey(join.spec.answerKey, 'x25519') !== undefined;
  await writeStatus(
    context,
    join,
    {
      phase: content.result === 'accepted' ? 'Accepted' : 'Refused',
      answeredAt: new Date(context.now()).toISOString(),
      ...(canSeal && { answer: sealAnswer(content, join, token.secret) }),
    },
    options,
  );
}

async function refuse(context: AnswerContext, join: ClusterJoin, token: JoinToken | undefined, refusal: Omit<Refusal, 'verdict'>, options: RequestOptions): Promise<JoinOutcome> {
  const { code, message, hints } = refusal;
  await answer(context, join, token, { result: 'refused', code, message, hints }, options);
  return { phase: 'Refused', code };
}

/** The use is counted before anything is made: a run that is cut after it is completed by the same key, at no further use. */
async function accept(context: AnswerContext, join: ClusterJoin, state: TokenState, standing: Cluster | undefined, options: RequestOptions): Promise<JoinOutcome> {
  const { client, namespace } = context;
  const member = planMember(join, namespace);
  await validateMemberNames(client, member, options);
  if (!state.token.uses.includes(join.spec.identityKey)) {
    // carries the resourceVersion that was read: of two desks only one counts the last use
    await client.update(resources.secrets, withUse(state.secret, state.token, join.spec.identityKey), { ...options, fieldManager: DESK_FIELD_MANAGER });
  }
  const { token, expirationTimestamp } = await ensureMember(client, member, standing, options);
  await answer(context, join, state.token, { result: 'accepted', token, expiresAt: expirationTimestamp }, options);
  return { phase: 'Accepted' };
}

/** The spec as whoever made the object wrote it: its members may be anything, or missing. */
export function writtenSpec(join: ClusterJoin): Partial<Record<keyof ClusterJoin['spec'], unknown>> {
  const spec: unknown = join.spec;
  return typeof spec === 'object' && spec !== null ? spec : {};
}

/**
 * Answers one ClusterJoin that has no answer yet. Every step can be repeated, so a call that was cut
 * anywhere is completed by the next. Throws what may be cured by another try.
 */
export async function answerJoin(context: AnswerContext, join: ClusterJoin, options: RequestOptions): Promise<JoinOutcome> {
  const { client, namespace, brokerUID, allowLoopback, now } = context;
  const { tokenID, clusterID } = writtenSpec(join);
  const state = await findToken(context, tokenID, options);
  // a leave that still waits would take away again what this join makes
  if (typeof clusterID === 'string' && isClusterId(clusterID)) await removeIfLeaving(client, clusterID, namespace, options);
  const { items: members } = await client.list(resources.clusters, { ...options, namespace });
  const decision = decideJoin({ join, token: state?.token, members, brokerUID, now: now(), allowLoopback });
  if (decision.verdict === 'refuse') return refuse(context, join, state?.token, decision, options);
  if (decision.verdict === 'pending' || state === undefined) {
    if (join.status?.phase !== 'Pending') await writeStatus(context, join, { phase: 'Pending' }, options);
    return { phase: 'Pending' };
  }
  try {
    const standing = members.find(({ metadata }) => metadata.name === join.spec.clusterID);
    return await accept(context, join, state, standing, options);
  } catch (error) {
    if (!(error instanceof McsError) || error.code !== 'MCS_FOREIGN_OBJECT') throw error;
    return refuse(context, join, state.token, error, options);
  }
}

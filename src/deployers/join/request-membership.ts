import { randomBytes } from 'node:crypto';
import { resources } from '../../api/resources.ts';
import type { ClusterJoin } from '../../api/types/index.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import { backoffDelay } from '../../base/retry.ts';
import type { TaskProgress } from '../../base/tasks.ts';
import { type AnswerKeys, buildClusterJoin, type ClusterJoinRequest, findAnswer, identityFingerprint, type JoinAnswer } from '../../broker-info/index.ts';
import { isTransient } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';

const POLL = { baseMs: 100, capMs: 1_000 };

export interface MembershipRequest extends Omit<ClusterJoinRequest, 'name'> {
  /** Client of the broker with the join credential. */
  readonly broker: KubeClient;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

type Accepted = Extract<JoinAnswer, { result: 'accepted' }>;

interface Pending {
  readonly sent: ClusterJoin;
  readonly keys: AnswerKeys;
}

async function findAnswerOnBroker(broker: KubeClient, { sent, keys }: Pending, signal: AbortSignal): Promise<JoinAnswer | 'gone' | 'pending' | undefined> {
  const { name, namespace } = sent.metadata;
  try {
    const current = await broker.find(resources.clusterJoins, name, namespace, { signal });
    if (current === undefined) return 'gone';
    return findAnswer(current, sent, keys) ?? (current.status?.phase === 'Pending' ? 'pending' : undefined);
  } catch (error) {
    signal.throwIfAborted();
    if (isTransient(error)) return undefined; // the deadline ends it
    throw error;
  }
}

function silent(broker: KubeClient, namespace: string, state: string): McsError {
  return new McsError('MCS_DESK_SILENT', `Cannot join: the desk of the broker at ${broker.server} ${state}`, {
    hints: [`kubectl -n ${namespace} get pods,clusterjoins   # on the broker`, `kubectl -n ${namespace} logs deployment/mcs-desk   # on the broker`, 'mcs deploy-broker'],
  });
}

function notAccepted(broker: KubeClient, { spec }: ClusterJoin, seconds: number): McsError {
  const fingerprint = identityFingerprint(spec.identityKey);
  return new McsError('MCS_JOIN_NOT_ACCEPTED', `Cannot join the broker at ${broker.server} within ${seconds} s: nobody has accepted cluster "${spec.clusterID}" (fingerprint ${fingerprint}) yet`, {
    hints: [`mcs accept ${spec.clusterID} --fingerprint ${fingerprint}   # with the context of the broker; then run mcs join again`, '--timeout 10m, to wait for longer'],
    details: { clusterID: spec.clusterID, fingerprint },
  });
}

function describeWait({ spec, metadata }: ClusterJoin, isPending: boolean): string {
  if (!isPending) return `Waiting for the desk to answer ClusterJoin ${metadata.name}`;
  return `Waiting for "mcs accept ${spec.clusterID}" on the broker; fingerprint of this cluster: ${identityFingerprint(spec.identityKey)}`;
}

async function waitForAnswer(request: MembershipRequest, pending: Pending, progress: TaskProgress): Promise<JoinAnswer> {
  const { broker, clock, timeoutMs, info } = request;
  const deadline = clock.monotonic() + timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    const answer = await findAnswerOnBroker(broker, pending, progress.signal);
    if (answer === 'gone') throw silent(broker, info.namespace, 'dropped the request before its answer was read');
    if (answer !== undefined && answer !== 'pending') return answer;
    const seconds = Math.round(timeoutMs / 1000);
    if (clock.monotonic() >= deadline) throw answer === 'pending' ? notAccepted(broker, pending.sent, seconds) : silent(broker, info.namespace, `did not answer within ${seconds} s`);
    if (attempt > 2) progress.update(describeWait(pending.sent, answer === 'pending'));
    await sleep(clock, backoffDelay(attempt, POLL), progress.signal);
  }
}

/**
 * Asks the desk for membership and waits for its answer. Asking again with the same identity costs
 * nothing (ruling 2). Throws MCS_DESK_SILENT, or a refusal under the desk's own code.
 */
export async function requestMembership(request: MembershipRequest, progress: TaskProgress): Promise<Accepted> {
  const { broker, info } = request;
  const name = `join-${randomBytes(12).toString('hex')}`;
  const { join, answerPrivateKeyPem } = buildClusterJoin({ ...request, name });
  await broker.create(resources.clusterJoins, join, { signal: progress.signal });
  const answer = await waitForAnswer(request, { sent: join, keys: { answerPrivateKeyPem, tokenSecret: info.token.secret } }, progress);
  if (answer.result === 'accepted') return answer;
  throw new McsError(answer.code, answer.message, { hints: answer.hints, details: { refusedBy: 'desk', broker: broker.server } });
}

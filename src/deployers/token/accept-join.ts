import { joinTokenSecretName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ClusterJoin } from '../../api/types/index.ts';
import { sleep } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import { type Approval, identityFingerprint, parseJoinToken, withApproval } from '../../broker-info/index.ts';
import { isConflict } from '../../kube/api-error.ts';
import { type DeployContext, FIELD_MANAGER, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import { type BrokerPlace, requireBroker } from './get-broker.ts';
import { chooseWaiting, describeWaiting, listJoins, type WaitingJoin } from './waiting-joins.ts';

export interface AcceptOptions extends BrokerPlace {
  readonly clusterID: string;
  /** Which one, where several clusters want the id. */
  readonly fingerprint?: string;
  readonly approval: Approval;
  /** Longest wait for the desk. */
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface AcceptResult {
  readonly approval: Approval;
  readonly join: WaitingJoin;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly planned?: readonly string[];
}

const TRIES = 5;
const POLL_MS = 250;

/** Writes the decision where only the broker's admins and its desk write: into the Secret of the join token. */
async function decide({ client, signal }: DeployContext, { brokerNamespace, approval }: AcceptOptions, tokenID: string, identityKey: string): Promise<TaskOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const secret = await client.find(resources.secrets, joinTokenSecretName(tokenID), brokerNamespace, { signal });
    const token = secret && parseJoinToken(secret);
    if (secret === undefined || token === undefined) throw new McsError('MCS_TOKEN_NOT_FOUND', `Cannot ${approval} the join: its join token "${tokenID}" was revoked`, { hints: ['mcs token create --approve'] });
    const changed = withApproval(secret, token, identityKey, approval);
    if (changed === undefined) return { state: 'unchanged' };
    try {
      await client.update(resources.secrets, changed, { fieldManager: FIELD_MANAGER, signal });
      return { state: 'updated', detail: `join token ${tokenID}` };
    } catch (error) {
      if (attempt === TRIES || !isConflict(error)) throw error; // the desk has counted a use meanwhile
    }
  }
}

function outcomeOf(phases: readonly (string | undefined)[]): TaskOutcome | undefined {
  if (phases.includes('Pending')) return undefined;
  const isAccepted = phases.includes('Accepted');
  return { state: isAccepted ? 'done' : 'warning', detail: isAccepted ? 'accepted' : 'refused: mcs join tells the reason in that cluster' };
}

async function waitForDesk({ client, clock }: DeployContext, joins: readonly ClusterJoin[], { approval, timeoutMs, brokerNamespace }: AcceptOptions, progress: TaskProgress): Promise<TaskOutcome> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const current = await Promise.all(joins.map(({ metadata }) => client.find(resources.clusterJoins, metadata.name, brokerNamespace, { signal: progress.signal })));
    const outcome = outcomeOf(current.map((join) => join?.status?.phase));
    if (outcome !== undefined) return approval === 'deny' ? { state: 'done', detail: 'refused' } : outcome;
    if (clock.monotonic() >= deadline) return { state: 'warning', detail: `The desk has not answered within ${timeoutMs / 1000} s: kubectl -n ${brokerNamespace} logs deployment/mcs-desk` };
    progress.update('Waiting for the desk, which looks every 3 s');
    await sleep(clock, POLL_MS, progress.signal);
  }
}

/**
 * Accepts or denies a cluster that waits. Throws MCS_JOIN_NOT_WAITING, MCS_BROKER_NOT_FOUND, and
 * MCS_TOKEN_NOT_FOUND where the join token was revoked meanwhile.
 */
export async function acceptJoin(given: DeployContext, options: AcceptOptions): Promise<AcceptResult> {
  const { approval, clusterID, dryRun } = options;
  const { context, planned } = dryRun ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const steps = new Steps(context);
  const { join, requests } = await steps.run('Find the waiting cluster', async () => {
    await requireBroker(context, options);
    const joins = await listJoins(context, options);
    const chosen = chooseWaiting(describeWaiting(joins), clusterID, options.fingerprint);
    const mine = joins.filter(({ spec, status }) => status?.phase === 'Pending' && spec.tokenID === chosen.tokenID && identityFingerprint(spec.identityKey) === chosen.fingerprint);
    return { state: 'done', detail: `fingerprint ${chosen.fingerprint}, since ${chosen.since}`, value: { join: chosen, requests: mine } };
  });
  const [request] = requests;
  if (request !== undefined) await steps.do(`${approval === 'accept' ? 'Accept' : 'Deny'} cluster ${clusterID}`, () => decide(context, options, join.tokenID, request.spec.identityKey));
  if (!dryRun) await steps.do('Wait for the desk', (progress) => waitForDesk(context, requests, options, progress));
  return { approval, join, steps: steps.results, warnings: steps.warnings, ...(planned && { planned }) };
}

import { JOIN_TOKEN_ID } from '../../api/labels.ts';
import { joinTokenSecretName, memberAccountName } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Secret } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { type JoinToken, parseJoinToken } from '../../broker-info/index.ts';
import { removeMember } from '../../desk/remove-member.ts';
import { deleteOwned } from '../../kube/ensure.ts';
import { type DeployContext, withPatience } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps } from '../steps.ts';
import { type BrokerPlace, requireBroker } from './get-broker.ts';

export interface RevokeOptions extends BrokerPlace {
  /** Ids of join tokens. */
  readonly tokenIDs: readonly string[];
  /** Ejects this member: its account on the broker, what it exported, and the join tokens that are bound to it. */
  readonly clusterID?: string;
  readonly dryRun: boolean;
}

export interface RevokeResult {
  readonly namespace: string;
  readonly tokens: readonly string[];
  readonly ejected?: string;
  /** Join tokens with which an ejected member could come back. */
  readonly stillUsable: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written, in order. */
  readonly planned?: readonly string[];
}

interface Target {
  readonly tokenIDs: readonly string[];
  readonly stillUsable: readonly string[];
}

const TOKEN_ID = /^[-a-z0-9]{1,63}$/;

async function listTokens({ client, signal }: DeployContext, namespace: string): Promise<Secret[]> {
  return (await client.list(resources.secrets, { namespace, labelSelector: JOIN_TOKEN_ID, signal })).items;
}

function requireTokens(tokenIDs: readonly string[], secrets: readonly Secret[], namespace: string): void {
  const known = new Set(secrets.map(({ metadata }) => metadata.labels?.[JOIN_TOKEN_ID]));
  const unknown = tokenIDs.filter((id) => !TOKEN_ID.test(id) || !known.has(id));
  if (unknown.length === 0) return;
  throw new McsError('MCS_TOKEN_NOT_FOUND', `Cannot revoke join token "${unknown.join('", "')}": there is none in namespace "${namespace}"; nothing was revoked`, { hints: ['mcs token list'], details: { unknown } });
}

/** Whether a token lets a cluster join as `clusterID`. */
function isUsableFor({ clusterID, expiresAt, maxUses, uses }: JoinToken, cluster: string, now: number): boolean {
  return Date.parse(expiresAt) > now && (clusterID === undefined || clusterID === cluster) && (maxUses === undefined || uses.length < maxUses);
}

async function findTarget(context: DeployContext, { brokerNamespace, tokenIDs, clusterID }: RevokeOptions): Promise<Target> {
  const { client, signal, clock } = context;
  const secrets = await listTokens(context, brokerNamespace);
  requireTokens(tokenIDs, secrets, brokerNamespace);
  if (clusterID === undefined) return { tokenIDs, stillUsable: [] };
  const tokens = secrets.map(parseJoinToken).filter((token) => token !== undefined);
  const bound = tokens.filter((token) => token.clusterID === clusterID).map(({ id }) => id);
  const [cluster, account] = await Promise.all([client.find(resources.clusters, clusterID, brokerNamespace, { signal }), client.find(resources.serviceAccounts, memberAccountName(clusterID), brokerNamespace, { signal })]);
  if (cluster === undefined && account === undefined && bound.length === 0) {
    throw new McsError('MCS_MEMBER_NOT_FOUND', `Cannot eject "${clusterID}": the broker in namespace "${brokerNamespace}" has no such member`, { hints: ['mcs show brokers'] });
  }
  const revoked = new Set([...tokenIDs, ...bound]);
  const stillUsable = tokens.filter((token) => !revoked.has(token.id) && isUsableFor(token, clusterID, clock.now())).map(({ id }) => id);
  return { tokenIDs: [...revoked], stillUsable };
}

/**
 * Revokes join tokens, and with `clusterID` ejects a member. API servers remember a token's validity
 * for up to 10 s. Throws MCS_TOKEN_NOT_FOUND before anything is revoked if one of the ids is unknown,
 * MCS_MEMBER_NOT_FOUND and MCS_BROKER_NOT_FOUND.
 */
export async function revokeTokens(given: DeployContext, options: RevokeOptions): Promise<RevokeResult> {
  const { brokerNamespace: namespace, clusterID, dryRun } = options;
  const { context, planned } = dryRun ? dryRunOf(withPatience(given)) : { context: withPatience(given) };
  const { client } = context;
  const steps = new Steps(context);
  const target = await steps.run('Check the broker', async () => {
    await requireBroker(context, options);
    return { state: 'done', detail: client.server, value: await findTarget(context, options) };
  });
  for (const id of target.tokenIDs) {
    await steps.do(`Revoke join token ${id}`, async ({ signal }) => {
      // an admin may have made it by hand: the label says what it is
      const owner = { labels: { [JOIN_TOKEN_ID]: id } };
      const state = await deleteOwned(client, resources.secrets, joinTokenSecretName(id), namespace, { owner, signal });
      return { state: state === 'deleted' ? 'deleted' : 'unchanged' };
    });
  }
  if (clusterID !== undefined) {
    await steps.do(`Eject cluster ${clusterID}`, async ({ signal }) => {
      await removeMember(client, clusterID, namespace, { signal });
      return { state: 'deleted', detail: 'account, rights, exports and record' };
    });
  }
  const { tokenIDs, stillUsable } = target;
  return { namespace, tokens: tokenIDs, ...(clusterID !== undefined && { ejected: clusterID }), stillUsable, steps: steps.results, warnings: steps.warnings, isUnchanged: steps.isUnchanged, ...(planned && { planned }) };
}

import { MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Cluster, MemberConfig } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { createIdentityKey, credentialData, type MemberCredential } from '../../broker-info/index.ts';
import { isAlreadyExists, isUnauthorized } from '../../kube/api-error.ts';
import { McsError } from '../../base/errors.ts';
import { directAccess } from '../../kube/access.ts';
import { ensureObject } from '../../kube/ensure.ts';
import { type FleetContext, FIELD_MANAGER } from '../deploy-context.ts';
import type { StepOutcome } from '../steps.ts';
import { withOwnership } from '../render-template.ts';
import { findIdentityKey } from './member-secret.ts';
import { sharedSettings } from './kept-settings.ts';
import type { JoinOptions } from './options.ts';
import type { JoinPlan } from './plan-join.ts';
import { requestMembership } from './request-membership.ts';

/** Half the life of the shortest token that an API server issues (10 min): with less left, a join asks for a new one. */
const MIN_LIFE_MS = 5 * 60_000;

function secretOf(context: FleetContext, name: string, data: Record<string, string>): ReturnType<typeof withOwnership> {
  const { secrets } = resources;
  return withOwnership({ apiVersion: 'v1', kind: secrets.kind, metadata: { name, namespace: MEMBER_NAMESPACE }, type: 'Opaque', data }, context.version);
}

/** Makes the cluster's identity before anything is asked for in its name; an existing one stays (ruling 2). */
export async function ensureIdentity(context: FleetContext, { signal }: TaskProgress): Promise<StepOutcome<string>> {
  const existing = await findIdentityKey(context.client, signal);
  if (existing !== undefined) return { state: 'unchanged', value: existing };
  const { privateKeyPem } = createIdentityKey();
  const secret = secretOf(context, MEMBER_IDENTITY_SECRET, { key: Buffer.from(privateKeyPem).toString('base64') });
  try {
    await context.client.create(resources.secrets, secret, { fieldManager: FIELD_MANAGER, signal });
    return { state: 'created', value: privateKeyPem };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return { state: 'unchanged', value: await getIdentityKey(context, signal) }; // another join of this cluster was faster
  }
}

async function getIdentityKey({ client }: FleetContext, signal: AbortSignal): Promise<string> {
  const key = await findIdentityKey(client, signal);
  if (key !== undefined) return key;
  throw new McsError('MCS_FOREIGN_OBJECT', `Cannot use Secret "${MEMBER_NAMESPACE}/${MEMBER_IDENTITY_SECRET}": it holds no key`, {
    hints: [`kubectl -n ${MEMBER_NAMESPACE} delete secret ${MEMBER_IDENTITY_SECRET}`],
  });
}

function sameList(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && [...a].sort().join() === [...b].sort().join();
}

/** Whether the broker has granted just what this join asks for. */
export function grantsAll({ spec }: Cluster, config: MemberConfig): boolean {
  const settings = spec.settings ?? {};
  const wanted = Object.entries(sharedSettings(config.settings));
  return (
    spec.cluster_uid === config.clusterUID &&
    sameList(spec.cluster_cidr, config.podCIDRs) &&
    sameList(spec.service_cidr, config.serviceCIDRs) &&
    sameList(spec.node_cidr, config.nodeCIDRs) &&
    Object.keys(settings).length === wanted.length &&
    wanted.every(([key, value]) => settings[key as keyof typeof settings] === value)
  );
}

/** Whether the broker accepts a member's token; only a clear refusal counts as no. */
async function isAccepted(context: FleetContext, credential: MemberCredential, signal: AbortSignal): Promise<boolean> {
  const broker = context.connect(directAccess({ ...credential, token: () => credential.token }));
  try {
    await broker.find(resources.leases, credential.clusterID, credential.namespace, { signal });
    return true;
  } catch (error) {
    if (isUnauthorized(error) || (error instanceof McsError && error.code === 'MCS_UNAUTHORIZED')) return false;
    throw error;
  } finally {
    broker.close();
  }
}

async function findCurrentMembership(context: FleetContext, plan: JoinPlan, signal: AbortSignal): Promise<MemberCredential | undefined> {
  const { credential, current, config, info } = plan;
  if (credential === undefined || current === undefined || credential.server !== info.server) return undefined;
  const isFresh = credential.expiresAt - context.clock.now() > MIN_LIFE_MS;
  return isFresh && grantsAll(current, config) && (await isAccepted(context, credential, signal)) ? credential : undefined;
}

/** Asks the desk for membership unless the cluster has it as it is to be. Nothing is kept yet. */
export async function getMembership(context: FleetContext, options: JoinOptions, plan: JoinPlan, identityPrivateKeyPem: string, progress: TaskProgress): Promise<StepOutcome<MemberCredential>> {
  const current = await findCurrentMembership(context, plan, progress.signal);
  if (current !== undefined) return { state: 'unchanged', detail: `member "${current.clusterID}"`, value: current };
  const { info, broker, config } = plan;
  const { clock } = context;
  const answer = await requestMembership({ ...config, settings: sharedSettings(config.settings), info, broker, clock, identityPrivateKeyPem, timeoutMs: options.timeoutMs }, progress);
  const value: MemberCredential = {
    server: info.server,
    ca: info.ca,
    namespace: info.namespace,
    clusterID: config.clusterID,
    token: answer.token,
    expiresAt: Date.parse(answer.expiresAt),
    issuedAt: clock.now(),
  };
  return { state: plan.current === undefined ? 'created' : 'updated', detail: `member "${value.clusterID}", credential until ${answer.expiresAt}`, value };
}

/** Keeps the credential in Secret `mcs-broker`, where the controller finds it. */
export async function ensureBrokerSecret(context: FleetContext, credential: MemberCredential, { signal }: TaskProgress): Promise<TaskOutcome> {
  const secret = secretOf(context, MEMBER_BROKER_SECRET, credentialData(credential));
  const { state } = await ensureObject(context.client, resources.secrets, secret, { fieldManager: FIELD_MANAGER, signal });
  return { state };
}

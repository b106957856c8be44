import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { MEMBER_BROKER_SECRET, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { caPins, isSameAuthority } from '../../base/pin.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { BrokerInfo, MemberCredential } from '../../broker-info/index.ts';
import { probeBroker } from '../../discovery/probe-broker.ts';
import { directAccess } from '../../kube/access.ts';
import { isNotFound, isUnauthorized } from '../../kube/api-error.ts';
import { type FleetContext, FIELD_MANAGER, withPatientFleet } from '../deploy-context.ts';
import { dryRunOf } from '../dry-run.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { getCredential } from './member-secret.ts';
import { openJoinFile } from './open-info.ts';
import type { KeySources } from './options.ts';

/** What is to be agreed to. */
export interface PinChange {
  readonly clusterID: string;
  readonly broker: string;
  /** Pins of the authorities that the member trusts, and of those of the file. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface RepinOptions {
  /** Path of a broker-info file that was written after the change. */
  readonly infoFile: string;
  readonly keys: KeySources;
  /** Asks the user; throws for a no. */
  readonly consent: (change: PinChange) => Promise<void>;
  readonly dryRun: boolean;
}

export interface RepinResult extends PinChange {
  /** Whether the broker still accepts the member's token; if not, the cluster has to join again. */
  readonly isTokenAccepted: boolean;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** What a dry run would have written. */
  readonly planned?: readonly string[];
}

interface Member {
  readonly credential: MemberCredential;
  readonly uid: string;
  readonly resourceVersion: string;
}

async function getMember({ client, signal }: FleetContext): Promise<Member> {
  const secret = await client.find(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, { signal });
  if (secret === undefined) throw new McsError('MCS_NOT_JOINED', 'Cannot repin the broker: this cluster is no member', { hints: ['mcs join broker-info.subm --clusterid <name>'] });
  return { credential: getCredential(secret), uid: secret.metadata.uid ?? '', resourceVersion: secret.metadata.resourceVersion ?? '' };
}

/** UID of the broker's namespace, as the set's own ClusterProperty has it; undefined where it cannot tell. */
async function findClusterSet({ client, signal }: FleetContext): Promise<string | undefined> {
  try {
    const property = await client.find(resources.clusterProperties, 'clusterset.k8s.io', undefined, { signal });
    return property?.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS ? property.spec.value : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function validateSameBroker(context: FleetContext, { credential }: Member, info: BrokerInfo): Promise<void> {
  const set = await findClusterSet(context);
  if (credential.namespace === info.namespace && (set === undefined || set === info.brokerUID)) return;
  throw new McsError('MCS_JOINED_ELSEWHERE', `Cannot repin the broker at ${credential.server}: the file is of another one, at ${info.server}`, { hints: ['mcs token create   # with the context of the broker', 'mcs leave'] });
}

/** Tries the present address with the authorities of the file; then the member's own token. */
async function checkBroker({ connect, signal }: FleetContext, { credential }: Member, info: BrokerInfo): Promise<boolean> {
  const anonymous = connect({ server: credential.server, tls: info.ca === '' ? {} : { ca: info.ca }, headers: () => Promise.resolve({}) });
  const member = connect(directAccess({ ...credential, ca: info.ca, token: () => credential.token }));
  try {
    await probeBroker(anonymous, signal);
    await member.find(resources.leases, credential.clusterID, credential.namespace, { signal });
    return true;
  } catch (error) {
    if (isUnauthorized(error) || (error instanceof McsError && error.code === 'MCS_UNAUTHORIZED')) return false;
    throw error;
  } finally {
    anonymous.close();
    member.close();
  }
}

/**
 * Replaces the authorities by which a member knows its broker with those of a new broker-info file,
 * after the user agreed to both pins. Membership and token stay. Throws MCS_NOT_JOINED,
 * MCS_CREDENTIAL_UNREADABLE, MCS_JOINED_ELSEWHERE, MCS_BROKER_PIN_MISMATCH where the broker does not show what the file says,
 * and the errors of the file.
 */
export async function repin(given: FleetContext, { infoFile, keys, consent, dryRun }: RepinOptions): Promise<RepinResult> {
  const { context, planned } = dryRun ? dryRunOf(withPatientFleet(given)) : { context: withPatientFleet(given) };
  const { client, clock } = context;
  const steps = new Steps(context);
  const info = await steps.run('Open the broker-info file', async (): Promise<StepOutcome<BrokerInfo>> => {
    const value = await openJoinFile(infoFile, keys, clock.now());
    return { state: 'done', detail: `broker at ${value.server}`, value };
  });
  const member = await steps.run('Check this cluster', async (): Promise<StepOutcome<Member>> => {
    const value = await getMember(context);
    await validateSameBroker(context, value, info);
    return { state: 'done', detail: `member "${value.credential.clusterID}"`, value };
  });
  const { credential, uid, resourceVersion } = member;
  const isTokenAccepted = await steps.run('Check the broker', async (): Promise<StepOutcome<boolean>> => {
    const value = await checkBroker(context, member, info);
    return { state: value ? 'done' : 'warning', detail: value ? 'it shows the authority of the file, and accepts the credential' : 'It shows the authority of the file, but no longer accepts the credential: run mcs join after this', value };
  }, { broker: credential.server });
  const change: PinChange = { clusterID: credential.clusterID, broker: credential.server, before: caPins(credential.ca), after: caPins(info.ca) };
  const isSame = isSameAuthority(credential.ca, info.ca);
  if (!isSame && !dryRun) await consent(change);
  await steps.do('Keep the new authority', async ({ signal }) => {
    if (isSame) return { state: 'unchanged' };
    // not if a join or a renewal has changed the Secret since it was read
    const body = { metadata: { uid, resourceVersion }, data: { ca: Buffer.from(info.ca).toString('base64') } };
    await client.patch(resources.secrets, MEMBER_BROKER_SECRET, MEMBER_NAMESPACE, 'application/merge-patch+json', body, { fieldManager: FIELD_MANAGER, signal });
    return { state: 'updated', detail: change.after.join(', ') };
  });
  return { ...change, isTokenAccepted, steps: steps.results, warnings: steps.warnings, isUnchanged: steps.isUnchanged, ...(planned && { planned }) };
}

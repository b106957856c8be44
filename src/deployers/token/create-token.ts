import { validateClusterId } from '../../discovery/cluster-id.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import { type FleetContext, FIELD_MANAGER, withPatientFleet } from '../deploy-context.ts';
import { toYaml } from '../manifests.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { validateKeyDirectory, validateWritable } from './check-writable.ts';
import { type BrokerChoice, type CurrentBroker, getBroker } from './get-broker.ts';
import { type FilePlace, type InfoContent, writeNewFile } from './info-file.ts';
import { issueJoinToken, type JoinTokenRequest, planJoinToken } from './issue-join-token.ts';
import { ensurePublished } from './published-broker.ts';

export interface CreateTokenOptions extends BrokerChoice, FilePlace {
  /** The only cluster id that it is good for. */
  readonly clusterID?: string;
  /** Clusters that can join with it; 1 for a token that is bound to one, else undefined for any number. */
  readonly maxUses?: number;
  readonly approve: boolean;
  readonly ttlSeconds: number;
  readonly dryRun: boolean;
}

export interface CreateTokenResult {
  readonly server: string;
  readonly namespace: string;
  readonly clusterID?: string;
  /** Absent for any number. */
  readonly maxUses?: number;
  readonly approve: boolean;
  /** Absent after a dry run, like the file and the key. */
  readonly tokenID?: string;
  readonly file?: { readonly path: string; readonly fingerprint: string; readonly expiresAt: string; readonly backup?: string };
  readonly joinKey?: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly manifests?: string;
}

/** API servers refuse shorter ones, and turn longer ones into what they grant. */
const MIN_TTL_SECONDS = 600;
const MAX_TTL_SECONDS = 366 * 24 * 3600;

function validateRequest({ clusterID, maxUses, ttlSeconds }: CreateTokenOptions): void {
  if (clusterID !== undefined) validateClusterId(clusterID);
  if (ttlSeconds < MIN_TTL_SECONDS) throw new McsError('MCS_USAGE', `Cannot make a join token for ${ttlSeconds} s: the shortest life is 10m`, { hints: ['--ttl 10m'] });
  if (ttlSeconds > MAX_TTL_SECONDS) throw new McsError('MCS_USAGE', `Cannot make a join token for ${ttlSeconds} s: the longest life is 366d`, { hints: ['--ttl 24h'] });
  if (maxUses !== undefined && (maxUses < 1 || maxUses > 999_999_999)) throw new McsError('MCS_USAGE', `Cannot make a join token for ${maxUses} uses: it needs 1 to 999999999`, { hints: ['--uses 1'] });
  if (clusterID !== undefined && maxUses !== undefined && maxUses !== 1) {
    throw new McsError('MCS_USAGE', `Cannot make a join token for ${maxUses} uses by cluster "${clusterID}": a cluster uses a token once, however often it joins`, { hints: [`mcs token create --clusterid ${clusterID}`] });
  }
}

function requestOf({ brokerNamespace, ttlSeconds, clusterID, maxUses, approve }: CreateTokenOptions): JoinTokenRequest {
  const uses = maxUses ?? (clusterID === undefined ? undefined : 1);
  return { namespace: brokerNamespace, ttlSeconds, approve, ...(uses !== undefined && { maxUses: uses }), ...(clusterID !== undefined && { clusterID }) };
}

function questions(namespace: string): AccessQuestion[] {
  return [
    { verb: 'create', group: '', resource: resources.secrets.plural, namespace },
    { verb: 'create', group: '', resource: resources.serviceAccounts.plural, subresource: 'token', namespace },
  ];
}

/** The Secret, tried out on the server, without what only the file may hold. */
async function planManifest(context: FleetContext, request: JoinTokenRequest): Promise<string> {
  const { object } = planJoinToken(context, request);
  await context.client.create(resources.secrets, object, { fieldManager: FIELD_MANAGER, dryRun: true, signal: context.signal });
  const { secret: _secret, ...data } = (object as { data?: Record<string, string> }).data ?? {};
  return `# Not shown: data.secret of the Secret, and the bearer token; both are made together with the broker-info file\n${toYaml([{ ...object, data }])}`;
}

async function writeFile(context: FleetContext, options: CreateTokenOptions, broker: InfoContent): Promise<StepOutcome<Pick<CreateTokenResult, 'tokenID' | 'file' | 'joinKey'>>> {
  const token = await issueJoinToken(context, requestOf(options));
  const { joinKey, fingerprint, expiresAt, backup } = await writeNewFile(context, options, broker, token);
  const kept = backup === undefined ? '' : `; the old file is kept as ${backup}`;
  const file = { path: options.outputFile, fingerprint, expiresAt, ...(backup !== undefined && { backup }) };
  return { state: 'created', detail: `${options.outputFile}, good until ${expiresAt}${kept}`, value: { tokenID: token.id, file, joinKey } };
}

/**
 * Makes a join token with the user's own rights, and a new broker-info file for it; no earlier file
 * or token is read. Throws MCS_USAGE, MCS_CLUSTER_ID_INVALID, MCS_BROKER_NOT_FOUND, MCS_FORBIDDEN,
 * MCS_BROKER_INFO_WRITE and the errors of an address or authority that members could not use.
 */
export async function createToken(given: FleetContext, options: CreateTokenOptions): Promise<CreateTokenResult> {
  const context = withPatientFleet(given);
  validateRequest(options);
  if (!options.dryRun) {
    await validateWritable(options.outputFile);
    await validateKeyDirectory(options.configDir);
  }
  const { client, signal } = context;
  const steps = new Steps(context);
  const broker = await steps.run('Check the broker', async (): Promise<StepOutcome<CurrentBroker>> => {
    const value = await getBroker(context, options);
    validateAccess(await findMissingAccess(client, questions(options.brokerNamespace), signal), 'make a join token', client.server);
    return { state: 'done', detail: `${value.server}, namespace ${value.namespace}`, value };
  });
  const request = requestOf(options);
  const { maxUses, clusterID, approve } = request;
  const shared = { server: broker.server, namespace: broker.namespace, approve, ...(clusterID !== undefined && { clusterID }), ...(maxUses !== undefined && { maxUses }) };
  if (options.dryRun) return { ...shared, steps: steps.results, warnings: steps.warnings, manifests: await planManifest(context, request) };
  if (broker.isNews) await steps.do('Publish address and authority', () => ensurePublished(context, broker, broker.namespace));
  const written = await steps.run('Write the broker-info file', () => writeFile(context, options, broker));
  return { ...shared, ...written, steps: steps.results, warnings: steps.warnings };
}

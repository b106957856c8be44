import { FLEET_CLUSTER, FLEET_NAMESPACE } from '../../api/labels.ts';
import { fitName, isDnsLabel, MAX_OBJECT_NAME } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { readObjectSelector } from '../../api/selectors.ts';
import type { Secret } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import { KUBECONFIG_KEY } from '../../fleet/choose-clusters.ts';
import { textOfSecret } from '../../fleet/secret-source.ts';
import { findKubeconfigToken } from '../../kube/service-account-token.ts';
import { type FleetContext, patientPlace, withPatientFleet } from '../deploy-context.ts';
import { type ManifestGroup, objectsOf, toYaml } from '../manifests.ts';
import { ensureSecret } from '../mirror/ensure-secret.ts';
import { ensureSourceRights, issueSourceKubeconfig } from '../mirror/source-credential.ts';
import { MAX_CREDENTIAL_SECONDS, type SourceAccount } from '../mirror/source-manifests.ts';
import { requireOurSecret } from '../mirror/standing-mirror.ts';
import { Steps } from '../steps.ts';
import { clusterAccount, type ClusterContext, findGoodKubeconfig, planClusterAccount } from './cluster-account.ts';
import { checkGivenKubeconfig } from './given-kubeconfig.ts';
import { findCapiClusters } from './hub-clusters.ts';
import { readStandingHub, requireHub } from './standing-hub.ts';

/** A cluster of a hub, and where the hub is. */
export interface ClusterPlace {
  readonly name: string;
  /** Namespace that it counts to. */
  readonly namespace: string;
  readonly hubNamespace: string;
}

export interface AddClusterOptions extends ClusterPlace {
  /** An account is made there, or a kubeconfig that somebody gave is kept as it is. */
  readonly source: { readonly kind: 'context'; readonly cluster: ClusterContext } | { readonly kind: 'kubeconfig'; readonly text: string };
  /** What `clusterSelector` is compared with. Undefined: those that an earlier run gave. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface AddClusterResult {
  /** `namespace/name` */
  readonly cluster: string;
  readonly hubNamespace: string;
  readonly secret: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of its API server, as the hub sees it. */
  readonly server: string;
  /** `namespace/name` of the ServiceAccount there; absent with a given kubeconfig. */
  readonly account?: string;
  /** RFC 3339, of a token; the hub renews it before. */
  readonly expiresAt?: string;
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

/** Injective, because both are DNS labels. */
export function clusterSecretName({ namespace, name }: Pick<ClusterPlace, 'namespace' | 'name'>): string {
  return fitName(`cluster.${namespace}.${name}`, MAX_OBJECT_NAME);
}

export const clusterKey = ({ namespace, name }: Pick<ClusterPlace, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** Throws MCS_USAGE for a name that can be no part of a DNS name. */
export function validateCluster({ namespace, name }: Pick<ClusterPlace, 'namespace' | 'name'>): void {
  const wrong = [name, namespace].find((text) => !isDnsLabel(text));
  if (wrong !== undefined) throw new McsError('MCS_USAGE', `Cannot use "${wrong}" for a cluster: it is no DNS label, and stands in the names that are given`, { hints: ['mcs gateway-dns add-cluster cluster-a --namespace dev-team --from <context>'] });
}

const isOwnKey = (key: string): boolean => /(^|\.)(mcs\.clusterset\.local|kubernetes\.io)\//.test(key);

/** Labels that a person gave to a cluster: those of mcs stand on the same Secret. */
export function clusterLabels(secret: Secret | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(secret?.metadata.labels ?? {}).filter(([key]) => !isOwnKey(key)));
}

function validateLabels(labels: Readonly<Record<string, string>> = {}): void {
  const reading = readObjectSelector({ matchLabels: { ...labels } });
  const own = Object.keys(labels).find(isOwnKey);
  const problem = 'problem' in reading ? reading.problem : own === undefined ? undefined : `"${own}" is a label of mcs or Kubernetes`;
  if (problem !== undefined) throw new McsError('MCS_USAGE', `Cannot use --labels: ${problem}`, { hints: ['--labels hasContour=true,region=eu'] });
}

interface Target {
  readonly account: SourceAccount;
  readonly secret: Secret | undefined;
}

async function readTarget({ client }: FleetContext, place: ClusterPlace, signal: AbortSignal): Promise<Target> {
  const { hubNamespace, namespace, name } = place;
  validateAccess(await findMissingAccess(client, questionsAbout(resources.secrets, ['get', 'create', 'update'], hubNamespace), signal), 'add a cluster to the hub', client.server);
  const hub = await readStandingHub(client, hubNamespace, signal);
  requireHub(hub, hubNamespace, `add cluster ${clusterKey(place)}`);
  const capi = await findCapiClusters(client, signal);
  const twin = capi && (await client.find(capi, name, namespace, { signal }));
  if (twin !== undefined) throw new McsError('MCS_USAGE', `Cannot add cluster ${clusterKey(place)}: Cluster API has one of that name, which the hub knows by itself`, { hints: [`kubectl -n ${namespace} get clusters.cluster.x-k8s.io ${name}`] });
  const secret = await client.find(resources.secrets, clusterSecretName(place), hubNamespace, { signal });
  if (secret !== undefined) requireOurSecret(secret);
  return { account: clusterAccount(hub.uid, hubNamespace, clusterKey(place)), secret };
}

async function makeKubeconfig(context: FleetContext, { cluster, groups, target, timeoutMs }: { readonly cluster: ClusterContext; readonly groups: readonly ManifestGroup[]; readonly target: Target; readonly timeoutMs: number }, steps: Steps): Promise<string> {
  const { account, secret } = target;
  const there = { ...context, client: cluster.client };
  const suffix = ` in ${cluster.context}`;
  await ensureSourceRights(there, account, groups, { timeoutMs, suffix }, steps);
  const good = await findGoodKubeconfig(context, cluster, account, textOfSecret(secret, KUBECONFIG_KEY));
  if (good !== undefined) return good;
  const { context: contextName, access, server } = cluster;
  return (await issueSourceKubeconfig(there, { ...account, contextName, access, lifeSeconds: MAX_CREDENTIAL_SECONDS, ...(server !== undefined && { server }) }, steps, suffix)).kubeconfig;
}

async function keepKubeconfig({ client, version }: FleetContext, place: AddClusterOptions, labels: Readonly<Record<string, string>>, kubeconfig: string, steps: Steps): Promise<void> {
  const draft = { name: clusterSecretName(place), namespace: place.hubNamespace, labels: { ...labels, [FLEET_CLUSTER]: place.name, [FLEET_NAMESPACE]: place.namespace }, version, replacesLabels: true };
  await steps.do(`Keep the kubeconfig of ${clusterKey(place)}`, ({ signal }) => ensureSecret(client, draft, () => ({ [KUBECONFIG_KEY]: kubeconfig }), signal));
}

function resultOf(options: AddClusterOptions, labels: Readonly<Record<string, string>>, steps: Steps) {
  const { hubNamespace } = options;
  return { cluster: clusterKey(options), hubNamespace, secret: `${hubNamespace}/${clusterSecretName(options)}`, labels, steps: steps.results, warnings: steps.warnings, isUnchanged: steps.isUnchanged };
}

const notShown = ({ hubNamespace, ...place }: ClusterPlace): string => `# Not shown: Secret ${hubNamespace}/${clusterSecretName(place)} with the kubeconfig of the cluster\n`;

async function addByContext(context: FleetContext, options: AddClusterOptions, cluster: ClusterContext, target: Target, steps: Steps): Promise<AddClusterResult> {
  const groups = await steps.run(`Check cluster ${cluster.context}`, ({ signal }) => planClusterAccount(context, cluster.client, target.account, signal));
  const labels = options.labels ?? clusterLabels(target.secret);
  const { account, namespace } = target.account;
  const shared = { server: cluster.server ?? cluster.client.server, account: `${namespace}/${account}` };
  if (options.dryRun) return { ...resultOf(options, labels, steps), ...shared, manifests: `# In context "${cluster.context}":\n${toYaml(objectsOf(groups))}${notShown(options)}` };
  const kubeconfig = await makeKubeconfig(context, { cluster, groups, target, timeoutMs: options.timeoutMs }, steps);
  await keepKubeconfig(context, options, labels, kubeconfig, steps);
  const expiresAt = findKubeconfigToken({ text: kubeconfig })?.expiresAt;
  return { ...resultOf(options, labels, steps), ...shared, ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }) };
}

async function addByKubeconfig(context: FleetContext, options: AddClusterOptions, text: string, target: Target, steps: Steps): Promise<AddClusterResult> {
  const server = await steps.run('Check the kubeconfig', ({ signal }) => checkGivenKubeconfig(context, text, options.hubNamespace, signal));
  const labels = options.labels ?? clusterLabels(target.secret);
  if (options.dryRun) return { ...resultOf(options, labels, steps), server, manifests: notShown(options) };
  await keepKubeconfig(context, options, labels, text, steps);
  return { ...resultOf(options, labels, steps), server };
}

/**
 * Lets a hub know a cluster without Cluster API. Run again, it changes labels, rights or credential and
 * leaves the rest. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT, MCS_GATEWAY_DNS_HUB_NOT_FOUND,
 * MCS_KUBECONFIG_INVALID, MCS_USAGE and MCS_TIMEOUT, all but the last before anything is written.
 */
export async function addCluster(given: FleetContext, options: AddClusterOptions): Promise<AddClusterResult> {
  const context = withPatientFleet(given);
  const steps = new Steps(context);
  validateCluster(options);
  validateLabels(options.labels);
  const target = await steps.run('Check the management cluster', async ({ signal }) => ({ state: 'done', detail: context.client.server, value: await readTarget(context, options, signal) }));
  const { source } = options;
  return source.kind === 'context' ? addByContext(context, options, patientPlace(source.cluster, context.clock), target, steps) : addByKubeconfig(context, options, source.text, target, steps);
}

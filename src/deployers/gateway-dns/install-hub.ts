import { resources } from '../../api/resources.ts';
import type { UnknownObject, Workload } from '../../api/types/index.ts';
import type { TaskResult } from '../../base/tasks.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import { checkCrds } from '../check-crds.ts';
import { type DeployContext, type WaitFor, withPatience } from '../deploy-context.ts';
import { planChanges } from '../ensure-group.ts';
import type { ImageOptions } from '../images.ts';
import { type ManifestGroup, objectsOf, toYaml } from '../manifests.ts';
import { mergeImages, partOf, validateNoDowngrade } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { requireOnePlace } from './one-place.ts';
import { tryListHubClusters } from './hub-clusters.ts';
import { findOriginals, installOver, type Original, requireReplace } from './original.ts';
import { HUB, renderHub } from './render.ts';
import { type HubSettings, hubVars, standingHubSettings, validateHubSettings } from './settings.ts';

export interface InstallHubOptions {
  readonly namespace: string;
  /** What is left out stays as an earlier install, or cross-cluster-connectivity, had it. */
  readonly settings: HubSettings;
  /** Whether objects of cross-cluster-connectivity are taken over. */
  readonly replace: boolean;
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface InstallHubResult {
  readonly namespace: string;
  readonly suffix: string;
  /** Clusters that it knows already, as `namespace/name`. */
  readonly clusters: readonly string[];
  /** Objects of cross-cluster-connectivity that were, or would be, taken over. */
  readonly replaced: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

const WRITE = ['get', 'create', 'patch'] as const;

/** What the user of `mcs gateway-dns install-hub` needs. */
export function hubQuestions(namespace: string, replace = false): AccessQuestion[] {
  const namespaced = [resources.serviceAccounts, resources.roles, resources.roleBindings, resources.deployments];
  return [
    ...[resources.customResourceDefinitions, resources.namespaces, resources.clusterRoles, resources.clusterRoleBindings].flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, namespace)),
    ...(replace ? questionsAbout(resources.deployments, ['update'], namespace) : []),
    ...questionsAbout(resources.pods, ['list'], namespace),
  ];
}

interface HubPlan {
  readonly groups: readonly ManifestGroup[];
  readonly originals: readonly Original[];
  readonly settings: HubSettings;
}

async function planGroups({ client, templates, version }: DeployContext, { namespace, settings: given, images }: InstallHubOptions, signal: AbortSignal): Promise<Omit<HubPlan, 'originals'>> {
  const standing: Workload | undefined = await client.find(resources.deployments, HUB, namespace, { signal });
  const part = standing !== undefined && isOurs(standing) ? partOf(standing) : undefined;
  if (part !== undefined) validateNoDowngrade('hub of gateway-dns', part, version);
  const settings = validateHubSettings({ ...standingHubSettings(standing), ...given });
  return { settings, groups: await renderHub(templates, { version, namespace, settings, images: mergeImages(images, part?.images ?? {}) }) };
}

/** Reads and checks everything; throws what is wrong before anything is written. */
async function planHub(context: DeployContext, options: InstallHubOptions, steps: Steps): Promise<HubPlan> {
  const { client, clock } = context;
  const { namespace, replace } = options;
  const plan = await steps.run('Check the management cluster', async ({ signal }) => {
    validateAccess(await findMissingAccess(client, hubQuestions(namespace, replace), signal), 'install the hub of gateway-dns', client.server);
    await requireOnePlace(client, { binding: HUB, namespace, what: 'a hub of gateway-dns' }, signal);
    const { groups, settings } = await planGroups(context, options, signal);
    const originals = await findOriginals(client, objectsOf(groups), signal);
    requireReplace(originals, 'mcs gateway-dns install-hub', replace);
    return { state: 'done', detail: client.server, value: { groups, settings, originals } };
  });
  const replaced = new Set(plan.originals.map(({ wanted }) => wanted));
  const isNew = (object: UnknownObject): boolean => !replaced.has(object);
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(client, [{ title: '', objects: objectsOf(plan.groups).filter(isNew) }], signal));
  await steps.do('Check that nothing is in the way', async (progress) => {
    const changes = await planChanges(client, objectsOf(plan.groups).filter(isNew), { clock, timeoutMs: options.timeoutMs }, progress);
    const count = changes.length + plan.originals.length;
    return { state: 'done', detail: count === 0 ? 'all stands as it should' : `${count} objects to write` };
  });
  return plan;
}

async function checkClusters({ client }: DeployContext, namespace: string, steps: Steps): Promise<readonly string[]> {
  return steps.run('Look for clusters', async ({ signal }) => {
    const clusters = await tryListHubClusters(client, namespace, signal);
    const value = (clusters ?? []).map(({ key }) => key);
    if (clusters === undefined) return { state: 'skipped', detail: 'you may not list them; the hub may', value };
    if (value.length > 0) return { state: 'done', detail: `${value.slice(0, 5).join(', ')}${value.length > 5 ? ` and ${value.length - 5} more` : ''}`, value };
    return { state: 'done', detail: 'none yet: Clusters of Cluster API are found as they are made, others come by mcs gateway-dns add-cluster', value };
  });
}

async function installPlan({ client, clock }: DeployContext, { groups, originals }: HubPlan, { namespace, timeoutMs, wait }: InstallHubOptions, steps: Steps): Promise<void> {
  const deadline = { clock, timeoutMs };
  await installOver(client, groups, originals, deadline, steps);
  if (wait !== 'ready') return;
  await steps.do('Wait for the hub', async (progress) => {
    await waitForRollout(client, [HUB], namespace, deadline, progress);
    return { state: 'done', detail: 'ready' };
  });
}

/**
 * Installs the hub of gateway-dns, or changes its settings. Everything is checked before anything is
 * written. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT, MCS_XCC_INSTALLED, MCS_DOWNGRADE, MCS_USAGE and MCS_TIMEOUT.
 */
export async function installHub(given: DeployContext, options: InstallHubOptions): Promise<InstallHubResult> {
  const context = withPatience(given);
  const steps = new Steps(context);
  validateHubSettings(options.settings);
  const plan = await planHub(context, options, steps);
  const clusters = await checkClusters(context, options.namespace, steps);
  if (!options.dryRun) await installPlan(context, plan, options, steps);
  return {
    namespace: options.namespace,
    suffix: hubVars(plan.settings).suffix,
    clusters,
    replaced: plan.originals.map(({ wanted }) => `${wanted.kind} ${wanted.metadata.name}`),
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: toYaml(objectsOf(plan.groups)) }),
  };
}

import { MEMBER_DNS_WIRING } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { UnknownObject } from '../../api/types/index.ts';
import type { TaskOutcome, TaskProgress, TaskResult } from '../../base/tasks.ts';
import { describeWiring } from '../../cluster-dns/describe-wiring.ts';
import { readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { planWiring } from '../../cluster-dns/plan-wiring.ts';
import { parseWiringStatus, type WiringStatus } from '../../cluster-dns/wiring-status.ts';
import { gatewayWiring } from '../../cluster-dns/wiring-subject.ts';
import { isOurs } from '../../discovery/api-versions.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import type { AccessQuestion, KubeClient } from '../../kube/client.ts';
import { type DeployContext, type WaitFor, withPatience } from '../deploy-context.ts';
import { planChanges } from '../ensure-group.ts';
import type { ImageOptions } from '../images.ts';
import { wiringQuestions } from '../install-questions.ts';
import { type ManifestGroup, objectsOf, toYaml } from '../manifests.ts';
import { deletionOutcome } from '../remove/delete-owned.ts';
import { mergeImages, partOf, validateNoDowngrade } from '../standing-part.ts';
import { Steps } from '../steps.ts';
import { type Deadline, type Lack, waitForRollout, waitUntil } from '../wait-rollout.ts';
import { requireOnePlace } from './one-place.ts';
import { findOriginals, installOver, type Original, removeRemains, requireReplace } from './original.ts';
import { PATCHER, renderServer, SERVER } from './render.ts';
import { DEFAULT_SUFFIX, standingSuffixes, validateSuffixes } from './settings.ts';

export interface InstallServerOptions {
  readonly namespace: string;
  /** Undefined: those of an earlier install. */
  readonly suffixes?: readonly string[];
  /** Whether objects of cross-cluster-connectivity are taken over. */
  readonly replace: boolean;
  readonly images: ImageOptions;
  readonly wait: WaitFor;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
}

export interface InstallServerResult {
  readonly namespace: string;
  readonly suffixes: readonly string[];
  /** Objects of cross-cluster-connectivity that were, or would be, taken over. */
  readonly replaced: readonly string[];
  readonly steps: readonly TaskResult[];
  readonly warnings: readonly string[];
  readonly isUnchanged: boolean;
  /** YAML of everything that a dry run would have applied. */
  readonly manifests?: string;
}

const WRITE = ['get', 'create', 'patch'] as const;

/** What the user of `mcs gateway-dns install` needs. */
export function serverQuestions(namespace: string, replace = false): AccessQuestion[] {
  const namespaced = [resources.serviceAccounts, resources.roles, resources.roleBindings, resources.deployments, resources.services, resources.podDisruptionBudgets];
  return [
    ...[resources.namespaces, resources.clusterRoles, resources.clusterRoleBindings].flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, namespace)),
    ...(replace ? [...questionsAbout(resources.deployments, ['update'], namespace), ...questionsAbout(resources.configMaps, ['delete'], namespace)] : []),
    ...questionsAbout(resources.configMaps, ['get'], namespace),
    ...questionsAbout(resources.pods, ['list'], namespace),
    ...wiringQuestions(undefined),
  ];
}

interface ServerPlan {
  readonly groups: readonly ManifestGroup[];
  readonly originals: readonly Original[];
  readonly suffixes: readonly string[];
}

async function planGroups({ client, templates, version }: DeployContext, { namespace, suffixes: given, images }: InstallServerOptions, signal: AbortSignal): Promise<Omit<ServerPlan, 'originals'>> {
  const [server, patcher] = await Promise.all([SERVER, PATCHER].map((name) => client.find(resources.deployments, name, namespace, { signal })));
  const part = server !== undefined && isOurs(server) ? partOf(server) : undefined;
  if (part !== undefined) validateNoDowngrade('name server of gateway-dns', part, version);
  const suffixes = validateSuffixes(given ?? standingSuffixes(patcher) ?? standingSuffixes(server) ?? [DEFAULT_SUFFIX]);
  return { suffixes, groups: await renderServer(templates, { version, namespace, suffixes, images: mergeImages(images, part?.images ?? {}) }) };
}

/** Stands for the address of a name server that is not there yet. */
const ANY_ADDRESS = '192.0.2.53';

/** Which DNS the cluster has, and what keeps it from forwarding: said before anything is written. */
async function checkClusterDns({ client }: DeployContext, namespace: string, suffixes: readonly string[], { signal }: TaskProgress): Promise<TaskOutcome> {
  const subject = gatewayWiring(suffixes);
  const plan = planWiring(await readDnsObjects(client, undefined, signal), { subject, upstream: ANY_ADDRESS });
  const { detected, obstacle, places } = plan;
  if (obstacle !== undefined) {
    const { message } = describeWiring({ plan, subject, service: { namespace, name: SERVER }, upstream: ANY_ADDRESS, servers: [], isLate: false });
    return { state: 'warning', detail: `Names will not resolve in pods: ${message}` };
  }
  if (detected.kind === 'none') return { state: 'warning', detail: `Names will not resolve in pods by themselves: no DNS of this cluster was recognised; forward ${suffixes.join(', ')} to Service ${SERVER}` };
  return { state: 'done', detail: `${detected.kind}: ${places.join(' and ')}` };
}

async function planServer(context: DeployContext, options: InstallServerOptions, steps: Steps): Promise<ServerPlan> {
  const { client, clock } = context;
  const { namespace, replace } = options;
  const plan = await steps.run('Check this cluster', async ({ signal }) => {
    validateAccess(await findMissingAccess(client, serverQuestions(namespace, replace), signal), 'install the name server of gateway-dns', client.server);
    await requireOnePlace(client, { binding: PATCHER, namespace, what: 'a name server of gateway-dns' }, signal);
    const { groups, suffixes } = await planGroups(context, options, signal);
    const originals = await findOriginals(client, objectsOf(groups), signal);
    requireReplace(originals, 'mcs gateway-dns install', replace);
    return { state: 'done', detail: client.server, value: { groups, suffixes, originals } };
  });
  await steps.do("Check the cluster's own DNS", (progress) => checkClusterDns(context, namespace, plan.suffixes, progress));
  const replaced = new Set(plan.originals.map(({ wanted }) => wanted));
  const isNew = (object: UnknownObject): boolean => !replaced.has(object);
  await steps.do('Check that nothing is in the way', async (progress) => {
    const changes = await planChanges(client, objectsOf(plan.groups).filter(isNew), { clock, timeoutMs: options.timeoutMs }, progress);
    const count = changes.length + plan.originals.length;
    return { state: 'done', detail: count === 0 ? 'all stands as it should' : `${count} objects to write` };
  });
  return plan;
}

/** Waits until the cluster's own DNS has loaded the block. What stands in the way is a warning. Throws MCS_TIMEOUT. */
async function waitForForwarding(client: KubeClient, namespace: string, deadline: Deadline, progress: TaskProgress): Promise<TaskOutcome> {
  let status: WiringStatus | undefined;
  const findLack = async (signal: AbortSignal): Promise<Lack> => {
    status = parseWiringStatus(await client.find(resources.configMaps, MEMBER_DNS_WIRING, namespace, { signal }));
    if (status === undefined) return `${PATCHER} has not looked at the DNS of the cluster yet`;
    return status.state === 'loading' ? status.message : undefined;
  };
  await waitUntil("have the cluster's DNS forward", findLack, deadline, progress, ['mcs gateway-dns status', `kubectl -n ${namespace} logs deployment/${PATCHER}`]);
  const { state = 'none', message = '' } = status ?? {};
  if (state === 'wired') return { state: 'done', detail: message };
  return { state: state === 'none' ? 'skipped' : 'warning', detail: message }; // that it is not known was said before
}

async function installPlan({ client, clock }: DeployContext, { groups, originals }: ServerPlan, { namespace, timeoutMs, wait, replace }: InstallServerOptions, steps: Steps): Promise<void> {
  const deadline = { clock, timeoutMs };
  await installOver(client, groups, originals, deadline, steps);
  if (replace) await steps.do('Remove what nothing uses any more', async ({ signal }) => deletionOutcome(await removeRemains(client, namespace, signal)));
  if (wait !== 'ready') return;
  await steps.do('Wait for the name server', async (progress) => {
    await waitForRollout(client, [SERVER, PATCHER], namespace, deadline, progress);
    return { state: 'done', detail: 'ready' };
  });
  await steps.do("Wait for the cluster's own DNS", (progress) => waitForForwarding(client, namespace, deadline, progress));
}

/**
 * Installs what makes gateway names resolve in a cluster, or changes its suffixes. Everything is checked
 * before anything is written. Throws MCS_FORBIDDEN, MCS_FOREIGN_OBJECT, MCS_XCC_INSTALLED, MCS_DOWNGRADE, MCS_USAGE and MCS_TIMEOUT.
 */
export async function installServer(given: DeployContext, options: InstallServerOptions): Promise<InstallServerResult> {
  const context = withPatience(given);
  const steps = new Steps(context);
  if (options.suffixes !== undefined) validateSuffixes(options.suffixes);
  const plan = await planServer(context, options, steps);
  if (!options.dryRun) await installPlan(context, plan, options, steps);
  return {
    namespace: options.namespace,
    suffixes: plan.suffixes,
    replaced: plan.originals.map(({ wanted }) => `${wanted.kind} ${wanted.metadata.name}`),
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: toYaml(objectsOf(plan.groups)) }),
  };
}

import { resources } from '../../api/resources.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { validateApiVersions } from '../../discovery/api-versions.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { findEngines, validateNoOtherEngine } from '../../discovery/engines.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { checkCrds } from '../check-crds.ts';
import { ensureGroup } from '../ensure-group.ts';
import { deployBrokerQuestions, type ServedProtection, servesFlowSchemas } from '../install-questions.ts';
import { ADMISSION_POLICIES, type ManifestGroup, objectsOf, renderBroker, toYaml } from '../manifests.ts';
import { findStandingBroker, mergeImages, validateNoDowngrade } from '../standing-part.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { validateKeyDirectory, validateWritable } from '../token/check-writable.ts';
import { findStandingFile, type InfoContent, type StandingFile, type WrittenFile, writeNewFile } from '../token/info-file.ts';
import { issueJoinToken } from '../token/issue-join-token.ts';
import { ensurePublished, type PublishedBroker, publishedObject } from '../token/published-broker.ts';
import { type BrokerEndpoint, endpointWarning, findBrokerEndpoint } from './broker-endpoint.ts';
import type { DeployBrokerOptions, DeployBrokerResult } from './options.ts';
import { NOT_ISOLATED, waitForIsolation } from './wait-isolation.ts';

interface BrokerCluster extends ServedProtection {
  readonly facts: ClusterFacts;
}

interface BrokerPlan {
  readonly endpoint: BrokerEndpoint;
  readonly groups: readonly ManifestGroup[];
}

async function readBrokerCluster({ client }: FleetContext, { brokerNamespace }: DeployBrokerOptions, signal: AbortSignal): Promise<BrokerCluster> {
  const facts = await readClusterFacts(client, signal);
  const served = { hasFlowSchemas: servesFlowSchemas(facts), hasAdmissionPolicies: await servesAdmissionPolicies(client, signal) };
  validateAccess(await findMissingAccess(client, deployBrokerQuestions(brokerNamespace, served), signal), 'deploy the broker', client.server);
  validateApiVersions(facts);
  validateNoOtherEngine(findEngines(facts));
  return { facts, ...served };
}

async function planBroker(context: FleetContext, options: DeployBrokerOptions, steps: Steps): Promise<BrokerPlan> {
  if (!options.dryRun) {
    await validateWritable(options.outputFile);
    await validateKeyDirectory(options.configDir);
  }
  const { facts, hasFlowSchemas, hasAdmissionPolicies } = await steps.run('Check this cluster', async ({ signal }): Promise<StepOutcome<BrokerCluster>> => {
    const value = await readBrokerCluster(context, options, signal);
    return { state: 'done', detail: `Kubernetes ${value.facts.kubernetesVersion} at ${context.client.server}`, value };
  });
  await steps.do('Check that members can be kept apart', () => Promise.resolve(hasAdmissionPolicies ? { state: 'done', detail: 'admission policies are served' } : { state: 'warning', detail: NOT_ISOLATED }));
  const endpoint = await steps.run('Check the address that members will use', async (): Promise<StepOutcome<BrokerEndpoint>> => {
    const value = await findBrokerEndpoint(context, options);
    const warning = endpointWarning(value, facts);
    return { state: warning === undefined ? 'done' : 'warning', detail: warning ?? value.server, value };
  });
  const { version, templates, client, signal } = context;
  const standing = await findStandingBroker(client, options.brokerNamespace, signal);
  if (standing) validateNoDowngrade('broker in this cluster', standing, version);
  const groups = await renderBroker(templates, { version, brokerNamespace: options.brokerNamespace, images: mergeImages(options.images, standing?.images ?? {}), hasFlowSchemas, hasAdmissionPolicies });
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(client, groups, signal));
  return { endpoint, groups };
}

/** Installs what is planned, and proves that members are kept apart where the API server can do so. */
export async function installBroker(context: FleetContext, { timeoutMs, brokerNamespace }: Pick<DeployBrokerOptions, 'timeoutMs' | 'brokerNamespace'>, { groups, endpoint }: BrokerPlan, steps: Steps): Promise<void> {
  const { client, clock } = context;
  const deadline = { clock, timeoutMs };
  for (const { title, objects } of groups) {
    await steps.do(`Install ${title}`, (progress) => ensureGroup(client, objects, deadline, progress));
  }
  // also where nothing was written: a run that was cut may have written them and proven nothing
  if (groups.some(({ title }) => title === ADMISSION_POLICIES)) await steps.do('Wait for the admission policies', (progress) => waitForIsolation(context, endpoint, brokerNamespace, deadline, progress));
}

type BrokerFile = StandingFile & Partial<WrittenFile>;

async function ensureFile(context: FleetContext, options: DeployBrokerOptions, published: PublishedBroker): Promise<StepOutcome<BrokerFile>> {
  const { brokerNamespace, outputFile, tokenTtlSeconds } = options;
  const namespace = await context.client.get(resources.namespaces, brokerNamespace, undefined, { signal: context.signal });
  const wanted: InfoContent = { ...published, namespace: brokerNamespace, brokerUID: namespace.metadata.uid ?? '' };
  const standing = await findStandingFile(context, options, wanted);
  if (standing) return { state: 'unchanged', detail: `${outputFile}, good until ${standing.expiresAt}`, value: standing };
  const token = await issueJoinToken(context, { namespace: brokerNamespace, ttlSeconds: tokenTtlSeconds, approve: false });
  const value = await writeNewFile(context, options, wanted, token);
  const kept = value.backup === undefined ? '' : `; the old file is kept as ${value.backup}`;
  return { state: 'created', detail: `${outputFile}, good until ${value.expiresAt}${kept}`, value };
}

async function waitForDesk({ client, clock }: FleetContext, { wait, brokerNamespace, timeoutMs }: DeployBrokerOptions, steps: Steps): Promise<void> {
  if (wait === 'none') return;
  await steps.do('Wait for the desk', async (progress) => {
    await waitForRollout(client, ['mcs-desk'], brokerNamespace, { clock, timeoutMs }, progress);
    return { state: 'done', detail: 'ready' };
  });
}

/**
 * Installs the broker and writes the broker-info file. A second run changes nothing, and keeps the
 * file as long as it is good; members never notice. Throws the errors of the preflight,
 * MCS_BROKER_INFO_WRITE and MCS_TIMEOUT.
 */
export async function deployBroker(given: FleetContext, options: DeployBrokerOptions): Promise<DeployBrokerResult> {
  const context = withPatientFleet(given);
  const steps = new Steps(context);
  const plan = await planBroker(context, options, steps);
  const { server, ca } = plan.endpoint;
  const wanted: PublishedBroker = { server, ca, components: options.components };
  const shared = { server, namespace: options.brokerNamespace, components: options.components };
  if (options.dryRun) {
    const omitted = '# Not shown: the Secret of the join token, which is made together with the broker-info file\n';
    return { ...shared, steps: steps.results, warnings: steps.warnings, isUnchanged: true, manifests: omitted + toYaml([...objectsOf(plan.groups), publishedObject(wanted, options.brokerNamespace, context.version)]) };
  }
  await installBroker(context, options, plan, steps);
  const published = await steps.run('Publish address and authority', () => ensurePublished(context, wanted, options.brokerNamespace));
  await waitForDesk(context, options, steps);
  const { joinKey, fingerprint, expiresAt, backup } = await steps.run('Write the broker-info file', () => ensureFile(context, options, published));
  return {
    ...shared,
    file: { path: options.outputFile, fingerprint, expiresAt, ...(backup !== undefined && { backup }) },
    ...(joinKey !== undefined && { joinKey }),
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
  };
}

import { resources } from '../../api/resources.ts';
import { validateApiVersions } from '../../discovery/api-versions.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { findEngines, validateNoOtherEngine } from '../../discovery/engines.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import { type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { Steps, type StepOutcome } from '../steps.ts';
import { checkCrds } from '../check-crds.ts';
import { ensureGroup } from '../ensure-group.ts';
import { deployBrokerQuestions } from '../install-questions.ts';
import { type ManifestGroup, objectsOf, renderBroker, toYaml } from '../manifests.ts';
import { waitForRollout } from '../wait-rollout.ts';
import { type BrokerEndpoint, endpointWarning, findBrokerEndpoint } from './broker-endpoint.ts';
import { validateKeyDirectory, validateWritable } from './check-writable.ts';
import { createJoinToken, findStandingFile, type StandingFile, type WantedFile, type WrittenFile, writeNewFile } from './join-token.ts';
import type { DeployBrokerOptions, DeployBrokerResult } from './options.ts';

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';
const NOT_ISOLATED = 'Members are kept apart by RBAC and by the checks of every importer; a ValidatingAdmissionPolicy is not installed';

interface BrokerPlan {
  readonly facts: ClusterFacts;
  readonly endpoint: BrokerEndpoint;
  readonly groups: readonly ManifestGroup[];
}

async function readBrokerCluster({ client }: FleetContext, { brokerNamespace }: DeployBrokerOptions, signal: AbortSignal): Promise<ClusterFacts> {
  const facts = await readClusterFacts(client, signal);
  validateAccess(await findMissingAccess(client, deployBrokerQuestions(brokerNamespace), signal), 'deploy the broker', client.server);
  validateApiVersions(facts);
  validateNoOtherEngine(findEngines(facts));
  return facts;
}

async function planBroker(context: FleetContext, options: DeployBrokerOptions, steps: Steps): Promise<BrokerPlan> {
  if (!options.dryRun) {
    await validateWritable(options.outputFile);
    await validateKeyDirectory(options.configDir);
  }
  const facts = await steps.run('Check this cluster', async ({ signal }): Promise<StepOutcome<ClusterFacts>> => {
    const value = await readBrokerCluster(context, options, signal);
    return { state: 'done', detail: `Kubernetes ${value.kubernetesVersion} at ${context.client.server}`, value };
  });
  const endpoint = await steps.run('Check the address that members will use', async (): Promise<StepOutcome<BrokerEndpoint>> => {
    const value = await findBrokerEndpoint(context, options);
    const warning = endpointWarning(value, facts);
    return { state: warning === undefined ? 'done' : 'warning', detail: warning ?? value.server, value };
  });
  const { version, templates, client } = context;
  const hasFlowSchemas = facts.apiVersions.has(FLOW_CONTROL);
  const groups = await renderBroker(templates, { version, brokerNamespace: options.brokerNamespace, images: options.images, hasFlowSchemas });
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(client, groups, signal));
  return { facts, endpoint, groups };
}

async function installBroker({ client, clock }: FleetContext, { timeoutMs }: DeployBrokerOptions, { groups }: BrokerPlan, steps: Steps): Promise<void> {
  for (const { title, objects } of groups) {
    await steps.do(`Install ${title}`, (progress) => ensureGroup(client, objects, { clock, timeoutMs }, progress));
  }
}

type BrokerFile = StandingFile & Partial<WrittenFile>;

async function ensureFile(context: FleetContext, options: DeployBrokerOptions, { endpoint }: BrokerPlan): Promise<StepOutcome<BrokerFile>> {
  const { brokerNamespace, components, outputFile, tokenTtlSeconds } = options;
  const namespace = await context.client.get(resources.namespaces, brokerNamespace, undefined, { signal: context.signal });
  const wanted: WantedFile = { ...endpoint, namespace: brokerNamespace, components, brokerUID: namespace.metadata.uid ?? '' };
  const standing = await findStandingFile(context, options, wanted);
  if (standing) return { state: 'unchanged', detail: `${outputFile}, good until ${standing.expiresAt}`, value: standing };
  const token = await createJoinToken(context, { namespace: brokerNamespace, ttlSeconds: tokenTtlSeconds });
  const value = await writeNewFile(context, options, wanted, token);
  const kept = value.backup === undefined ? '' : `; the old file is kept as ${value.backup}`;
  return { state: 'created', detail: `${outputFile}, good until ${value.expiresAt}${kept}`, value };
}

async function waitForDesk({ client, clock }: FleetContext, { wait, brokerNamespace, timeoutMs }: DeployBrokerOptions, steps: Steps): Promise<void> {
  if (wait === 'none') return;
  await steps.do('Wait for the desk', async (progress) => {
    await waitForRollout(client, 'mcs-desk', brokerNamespace, { clock, timeoutMs }, progress);
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
  const shared = { server: plan.endpoint.server, namespace: options.brokerNamespace, components: options.components, notes: [NOT_ISOLATED] };
  if (options.dryRun) {
    const omitted = '# Not shown: the Secret of the join token, which is made together with the broker-info file\n';
    return { ...shared, steps: steps.results, warnings: steps.warnings, isUnchanged: true, manifests: omitted + toYaml(objectsOf(plan.groups)) };
  }
  await installBroker(context, options, plan, steps);
  await waitForDesk(context, options, steps);
  const { joinKey, fingerprint, expiresAt, backup } = await steps.run('Write the broker-info file', () => ensureFile(context, options, plan));
  return {
    ...shared,
    file: { path: options.outputFile, fingerprint, expiresAt, ...(backup !== undefined && { backup }) },
    ...(joinKey !== undefined && { joinKey }),
    steps: steps.results,
    warnings: steps.warnings,
    isUnchanged: steps.isUnchanged,
  };
}

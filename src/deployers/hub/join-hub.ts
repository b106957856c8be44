import { createHash } from 'node:crypto';
import { CONFIG_HASH, FLEET_CLUSTER, FLEET_NAMESPACE } from '../../api/labels.ts';
import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { MEMBER_CONFIG_KEY } from '../../hub/settings.ts';
import { ensureObject } from '../../kube/ensure.ts';
import { findKubeconfigToken } from '../../kube/service-account-token.ts';
import { FIELD_MANAGER, type FleetContext, patientPlace, withPatientFleet } from '../deploy-context.ts';
import { ensureGroup } from '../ensure-group.ts';
import { findGoodKubeconfig } from '../gateway-dns/cluster-account.ts';
import { stopWiring } from '../join/stop-wiring.ts';
import { objectsOf, toYaml } from '../manifests.ts';
import { ensureSecret } from '../mirror/ensure-secret.ts';
import { issueSourceKubeconfig } from '../mirror/source-credential.ts';
import { MAX_CREDENTIAL_SECONDS } from '../mirror/source-manifests.ts';
import { filesOf } from '../mirror/standing-mirror.ts';
import { draftPolicy, ensurePolicy } from '../services/export-policy.ts';
import { Steps } from '../steps.ts';
import type { HubJoinOptions, HubJoinResult } from './options.ts';
import { type HubJoinPlan, planHubJoin } from './plan-join.ts';
import { MEMBER_ACCOUNT, POLICY } from './render.ts';
import { memberSecretName } from './standing-hub.ts';
import { waitForHub, waitForNameServer, waitForHubWiring } from './wait-hub.ts';

function dryRunYaml({ member, exports }: HubJoinOptions, { groups, config }: HubJoinPlan): string {
  const policy = exports === undefined ? [] : [{ ...draftPolicy({ name: POLICY, ...exports, dryRun: true }) }];
  return `# In context "${member.context}":\n${toYaml([...objectsOf(groups), ...policy])}# Not shown, because a dry run makes no credential: Secret ${HUB_NAMESPACE}/${memberSecretName(config.clusterID)} in the cluster of the hub\n`;
}

/** The kubeconfig that the hub has, or is to have. */
async function settleKubeconfig(context: FleetContext, { member }: HubJoinOptions, { standing }: HubJoinPlan, steps: Steps): Promise<string> {
  const good = await findGoodKubeconfig(context, member, MEMBER_ACCOUNT, standing && filesOf(standing.secret).value);
  if (good !== undefined) return good;
  const { context: contextName, access, server } = member;
  const there = { ...context, client: member.client };
  return (await issueSourceKubeconfig(there, { ...MEMBER_ACCOUNT, contextName, access, lifeSeconds: MAX_CREDENTIAL_SECONDS, ...(server !== undefined && { server }) }, steps, ` in ${member.context}`)).kubeconfig;
}

async function tellHub({ client, version }: FleetContext, { config }: HubJoinPlan, kubeconfig: string, { signal }: TaskProgress): Promise<TaskOutcome> {
  const text = JSON.stringify(config, undefined, 2);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const labels = { [FLEET_CLUSTER]: config.clusterID, [FLEET_NAMESPACE]: HUB_NAMESPACE, [CONFIG_HASH]: hash };
  return ensureSecret(client, { name: memberSecretName(config.clusterID), namespace: HUB_NAMESPACE, labels, version }, () => ({ value: kubeconfig, [MEMBER_CONFIG_KEY]: text }), signal);
}

/** Shares by the policy of the hub. Throws MCS_FOREIGN_OBJECT for one that somebody made otherwise. */
export async function ensureExports({ member, exports }: Pick<HubJoinOptions, 'exports'> & { readonly member: Pick<HubJoinOptions['member'], 'client'> }, { signal }: Pick<TaskProgress, 'signal'>): Promise<TaskOutcome> {
  const draft = draftPolicy({ name: POLICY, ...exports, dryRun: false });
  const { metadata, spec = {} } = draft;
  const { state: made, object } = await ensureObject(member.client, resources.exportPolicies, { metadata, spec }, { fieldManager: FIELD_MANAGER, signal });
  // a selection that is narrower than what is asked for holds all of it already, and has to be widened
  const changed = await ensurePolicy({ client: member.client, signal }, draft, object, false);
  const state = made === 'unchanged' ? changed : made;
  return { state, detail: exports?.namespaces === undefined ? 'all Services of all namespaces but those of the system' : `all Services of ${exports.namespaces.join(', ')}` };
}

async function install(context: FleetContext, options: HubJoinOptions, plan: HubJoinPlan, steps: Steps): Promise<string> {
  const { member, timeoutMs } = options;
  const there = { ...context, client: member.client };
  for (const { title, objects } of plan.groups) await steps.do(`Install ${title} in ${member.context}`, (progress) => ensureGroup(member.client, objects, { clock: context.clock, timeoutMs }, progress));
  if (plan.config.dnsWiring?.isWanted === false) await steps.do("Leave the cluster's own DNS alone", (progress) => stopWiring(there, progress));
  if (options.exports !== undefined) await steps.do('Share services by a policy', (progress) => ensureExports(options, progress));
  const kubeconfig = await settleKubeconfig(context, options, plan, steps);
  await steps.do('Tell the hub', (progress) => tellHub(context, plan, kubeconfig, progress));
  return kubeconfig;
}

async function waitJoined(context: FleetContext, options: HubJoinOptions, plan: HubJoinPlan, steps: Steps): Promise<void> {
  if (options.wait === 'none') return;
  const deadline = { clock: context.clock, timeoutMs: options.timeoutMs };
  const { client } = options.member;
  await steps.do(`Wait for the name server in ${options.member.context}`, (progress) => waitForNameServer(client, MEMBER_NAMESPACE, deadline, progress));
  if (options.wait !== 'ready') return;
  await steps.do('Wait for the hub', (progress) => waitForHub(context.client, plan.hubID, options, deadline, progress));
  await steps.do("Wait for the cluster's DNS", (progress) => waitForHubWiring(client, plan.config.dnsWiring?.isWanted !== false, deadline, progress));
}

const NO_TUNNELS = 'A hub makes no tunnels: pods of other clusters are reached only where the network routes them already';

/**
 * Makes a cluster a member of the hub in the cluster of the context. The whole preflight comes before
 * the first write; run again, it completes or changes what stands. Throws the errors of the preflight and MCS_TIMEOUT.
 */
export async function joinHub(given: FleetContext, asked: HubJoinOptions): Promise<HubJoinResult> {
  const context = withPatientFleet(given);
  const options = { ...asked, member: patientPlace(asked.member, given.clock) };
  const steps = new Steps(context);
  const plan = await planHubJoin(context, options, steps);
  const kubeconfig = options.dryRun ? undefined : await install(context, options, plan, steps);
  if (kubeconfig !== undefined) await waitJoined(context, options, plan, steps);
  const expiresAt = kubeconfig === undefined ? undefined : findKubeconfigToken({ text: kubeconfig })?.expiresAt;
  const { config, hubID } = plan;
  return {
    clusterID: config.clusterID,
    hubID,
    server: options.member.server ?? options.member.client.server,
    podCIDRs: config.podCIDRs,
    serviceCIDRs: config.serviceCIDRs,
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    steps: steps.results,
    warnings: steps.warnings,
    notes: [NO_TUNNELS],
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: dryRunYaml(options, plan) }),
  };
}

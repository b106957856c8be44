import { MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, MEMBER_NAMESPACE, MEMBER_WIREGUARD_SECRET } from '../../api/names.ts';
import { type DeployContext, type FleetContext, withPatientFleet } from '../deploy-context.ts';
import { Steps } from '../steps.ts';
import { ensureGroup } from '../ensure-group.ts';
import { type ManifestGroup, objectsOf, toYaml } from '../manifests.ts';
import { hasKeys, hasTunnels, prepareGateway, removeUnwanted } from '../gateway/settle-gateway.ts';
import { waitForConnections } from '../gateway/wait-connected.ts';
import { ensureGatewayLabel } from './ensure-gateway.ts';
import type { MemberCredential } from '../../broker-info/index.ts';
import { ensureBrokerSecret, ensureIdentity, getMembership } from './membership.ts';
import type { JoinOptions, JoinResult } from './options.ts';
import { type JoinPlan, planJoin } from './plan-join.ts';
import { stopWiring } from './stop-wiring.ts';
import { waitForAgents, waitForGatewayAgents, waitForLease, waitForWiring } from './wait-joined.ts';

function dryRunYaml({ groups, config }: JoinPlan): string {
  const secrets = [MEMBER_BROKER_SECRET, MEMBER_IDENTITY_SECRET, ...(hasKeys(config) ? [MEMBER_WIREGUARD_SECRET] : [])];
  const omitted = `# Not shown, because a dry run asks for no credential and makes no key: Secrets ${secrets.join(', ')} in namespace ${MEMBER_NAMESPACE}\n`;
  return omitted + toYaml(objectsOf(groups));
}

async function installGroup({ client, clock }: DeployContext, { timeoutMs }: JoinOptions, steps: Steps, { title, objects }: ManifestGroup): Promise<void> {
  await steps.do(`Install ${title}`, (progress) => ensureGroup(client, objects, { clock, timeoutMs }, progress));
}

function isWiringWanted({ config }: JoinPlan): boolean {
  return config.dnsWiring?.isWanted !== false;
}

async function install(context: FleetContext, options: JoinOptions, plan: JoinPlan, steps: Steps): Promise<MemberCredential> {
  const [namespace, ...rest] = plan.groups;
  if (namespace) await installGroup(context, options, steps, namespace);
  const identity = await steps.run('Keep the identity of this cluster', (progress) => ensureIdentity(context, progress));
  const broker = plan.info.server;
  const credential = await steps.run('Join the broker', (progress) => getMembership(context, options, plan, identity, progress), { broker });
  await steps.do('Keep the credential', (progress) => ensureBrokerSecret(context, credential, progress));
  await prepareGateway(context, plan.config, steps);
  for (const group of rest) await installGroup(context, options, steps, group);
  await removeUnwanted(context, plan.config, options.timeoutMs, steps);
  if (!isWiringWanted(plan)) await steps.do("Leave the cluster's own DNS alone", (progress) => stopWiring(context, progress));
  const { gateway } = plan;
  if (gateway) await steps.do('Label a gateway node', ({ signal }) => ensureGatewayLabel(context.client, gateway, signal));
  return credential;
}

async function waitJoined(context: FleetContext, options: JoinOptions, plan: JoinPlan, credential: MemberCredential, steps: Steps): Promise<void> {
  const deadline = { clock: context.clock, timeoutMs: options.timeoutMs };
  if (options.wait === 'none') return;
  await steps.do('Wait for controller and dns', (progress) => waitForAgents(context, deadline, progress));
  if (options.wait !== 'ready') return;
  if (hasTunnels(plan.config)) await steps.do('Wait for the gateway agents', (progress) => waitForGatewayAgents(context, deadline, progress));
  await steps.do('Wait for the Lease on the broker', (progress) => waitForLease(context, credential, deadline, progress), { broker: credential.server });
  if (hasTunnels(plan.config)) await steps.do('Wait for the connections', (progress) => waitForConnections(context, credential, plan.config.settings, deadline, progress));
  await steps.do("Wait for the cluster's DNS", (progress) => waitForWiring(context, isWiringWanted(plan), deadline, progress));
}

function notesOf({ config }: JoinPlan): string[] {
  if (hasTunnels(config)) return [];
  return ['This set has no tunnels (component connectivity): pods of other clusters are reached only where the network routes them already'];
}

/**
 * Makes the cluster a member. The whole preflight comes before the first write; every step finds
 * what an earlier, cut run has done. Throws the errors of the preflight, of the desk, and
 * MCS_TIMEOUT where something did not become ready.
 */
export async function join(given: FleetContext, options: JoinOptions): Promise<JoinResult> {
  const context = withPatientFleet(given);
  const steps = new Steps(context);
  const plan = await planJoin(context, options, steps);
  try {
    if (!options.dryRun) {
      const credential = await install(context, options, plan, steps);
      await waitJoined(context, options, plan, credential, steps);
    }
  } finally {
    plan.broker.close();
  }
  const { info, config, cidrs } = plan;
  return {
    clusterID: config.clusterID,
    broker: { server: info.server, namespace: info.namespace },
    podCIDRs: config.podCIDRs,
    serviceCIDRs: config.serviceCIDRs,
    plugin: cidrs.plugin,
    components: config.components,
    steps: steps.results,
    warnings: steps.warnings,
    notes: notesOf(plan),
    isUnchanged: steps.isUnchanged,
    ...(options.dryRun && { manifests: dryRunYaml(plan) }),
  };
}

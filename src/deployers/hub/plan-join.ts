import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { MemberConfig } from '../../api/types/index.ts';
import type { TaskOutcome } from '../../base/tasks.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { validateApiVersions } from '../../discovery/api-versions.ts';
import { validateClusterId } from '../../discovery/cluster-id.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { discoverCidrs, type DiscoveredCidrs } from '../../discovery/discover-cidrs.ts';
import { findEngines, validateNoOtherEngine } from '../../discovery/engines.ts';
import { findMissingAccess, questionsAbout, validateAccess } from '../../discovery/missing-access.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import { resolveCidrs } from '../../discovery/resolve-cidrs.ts';
import type { DeployContext } from '../deploy-context.ts';
import { checkCrds } from '../check-crds.ts';
import { joinQuestions, wiringQuestions } from '../install-questions.ts';
import { readClusterProperties, settleClusterProperties, type StandingProperties } from '../join/cluster-properties.ts';
import { type KeptSettings, keepSettings } from '../join/kept-settings.ts';
import type { ManifestGroup } from '../manifests.ts';
import { NO_CAP, sourceQuestions } from '../mirror/source-credential.ts';
import { draftPolicy } from '../services/export-policy.ts';
import { findStandingMember, type StandingMember, validateNoDowngrade } from '../standing-part.ts';
import type { StepOutcome, Steps } from '../steps.ts';
import { compareWithMembers, validateFree } from './compare-members.ts';
import type { HubJoinOptions } from './options.ts';
import { MEMBER_ACCOUNT, POLICY, renderHubMember } from './render.ts';
import { type HubMemberSecret, listMembers, readStandingHub, requireHub } from './standing-hub.ts';

/** All that a join is going to do; nothing of it has been done. */
export interface HubJoinPlan {
  readonly hubID: string;
  readonly config: MemberConfig;
  readonly cidrs: DiscoveredCidrs;
  readonly groups: readonly ManifestGroup[];
  /** The member's Secret, where it is one already. */
  readonly standing: HubMemberSecret | undefined;
}

interface HubSide {
  readonly hubID: string;
  readonly members: readonly HubMemberSecret[];
}

/** What the member says of itself. */
interface MemberSide {
  readonly facts: ClusterFacts;
  readonly clusterUID: string;
  readonly hasAdmissionPolicies: boolean;
  readonly properties: StandingProperties;
  readonly standing: StandingMember | undefined;
}

async function readHub({ client }: DeployContext, clusterID: string, signal: AbortSignal): Promise<HubSide> {
  const hub = await readStandingHub(client, signal);
  requireHub(hub, `join member "${clusterID}"`, client.server);
  validateAccess(await findMissingAccess(client, questionsAbout(resources.secrets, ['get', 'list', 'create', 'update'], HUB_NAMESPACE), signal), 'join a member to the hub', client.server);
  return { hubID: hub.hubID, members: await listMembers(client, signal) };
}

async function readMemberSide({ member, exports }: HubJoinOptions, signal: AbortSignal): Promise<MemberSide> {
  const { client } = member;
  const facts = await readClusterFacts(client, signal);
  const hasAdmissionPolicies = await servesAdmissionPolicies(client, signal);
  const policy = exports === undefined ? [] : questionsAbout(resources.exportPolicies, ['get', 'create', 'patch']);
  validateAccess(await findMissingAccess(client, [...joinQuestions(), ...sourceQuestions(MEMBER_ACCOUNT, hasAdmissionPolicies), ...policy], signal), 'join the cluster', client.server);
  const [system, properties, standing] = await Promise.all([
    client.get(resources.namespaces, 'kube-system', undefined, { signal }),
    readClusterProperties(client, facts.apiVersions, signal),
    findStandingMember(client, signal),
  ]);
  return { facts, clusterUID: system.metadata.uid ?? '', hasAdmissionPolicies, properties, standing };
}

function findCidrs({ given }: KeptSettings, facts: ClusterFacts): StepOutcome<DiscoveredCidrs> {
  const value = resolveCidrs(given, discoverCidrs(facts));
  const detail = `pods ${value.podCIDRs.join(',')} (${value.sources.pods}), services ${value.serviceCIDRs.join(',')} (${value.sources.services})`;
  return { state: value.warnings.length > 0 ? 'warning' : 'done', detail: [detail, ...value.warnings].join('. '), value };
}

function configOf({ clusterID }: HubJoinOptions, { imports, dnsWiring, given }: KeptSettings, { clusterUID }: MemberSide, cidrs: DiscoveredCidrs, hub: { readonly id: string; readonly server: string }): MemberConfig {
  const { podCIDRs, serviceCIDRs, nodeCIDRs } = cidrs;
  return {
    clusterID,
    clusterUID,
    podCIDRs,
    serviceCIDRs,
    nodeCIDRs,
    components: ['service-discovery'],
    brokerNamespace: HUB_NAMESPACE,
    settings: {},
    ...imports,
    ...(dnsWiring && { dnsWiring }),
    ...(Object.keys(given).length > 0 && { given }),
    hub,
  };
}

/** What an earlier join was told stands in the member; flags of now go over it. */
function kept(options: HubJoinOptions, standing: StandingMember | undefined): KeptSettings {
  const { clusterCidr, serviceCidr, imports, dnsWiring, images } = options;
  return keepSettings({ imports, images, settings: {}, ...(clusterCidr !== undefined && { clusterCidr }), ...(serviceCidr !== undefined && { serviceCidr }), ...(dnsWiring && { dnsWiring }) }, standing);
}

async function findHolder({ member: { client } }: HubJoinOptions, signal: AbortSignal): Promise<string> {
  return (await client.find(resources.leases, 'mcs-controller', MEMBER_NAMESPACE, { signal }))?.spec?.holderIdentity ?? '';
}

/**
 * The whole preflight, in the hub's cluster and in the member. It only reads, and throws one of the
 * documented errors for whatever would make the join fail or do harm.
 */
export async function planHubJoin(context: DeployContext, options: HubJoinOptions, steps: Steps): Promise<HubJoinPlan> {
  const { clusterID, member } = options;
  validateClusterId(clusterID);
  kept(options, undefined); // throws for a range that is none
  if (options.exports !== undefined) draftPolicy({ name: POLICY, ...options.exports, dryRun: true }); // and this for a namespace that is none
  const hub = await steps.run('Check the hub', async ({ signal }) => {
    const value = await readHub(context, clusterID, signal);
    return { state: 'done', detail: `${value.hubID} at ${context.client.server}, ${value.members.length} ${value.members.length === 1 ? 'member' : 'members'}`, value };
  });
  const side = await steps.run(`Check cluster ${member.context}`, async ({ signal }) => {
    const value = await readMemberSide(options, signal);
    validateApiVersions(value.facts);
    validateNoOtherEngine(findEngines(value.facts));
    if (value.standing) validateNoDowngrade('member in this cluster', value.standing, context.version);
    validateFree({ clusterID, clusterUID: value.clusterUID, hubID: hub.hubID, standing: value.standing?.config, holder: await findHolder(options, signal), members: hub.members });
    const detail = `Kubernetes ${value.facts.kubernetesVersion} at ${member.client.server}`;
    return { state: value.hasAdmissionPolicies ? 'done' : 'warning', detail: value.hasAdmissionPolicies ? detail : `${detail}: ${NO_CAP}`, value };
  });
  const settings = kept(options, side.standing);
  validateAccess(await findMissingAccess(member.client, wiringQuestions(settings.dnsWiring), context.signal), "wire the cluster's own DNS (see --no-wire-dns)", member.client.server);
  const cidrs = await steps.run('Find the CIDRs', () => Promise.resolve(findCidrs(settings, side.facts)));
  await steps.do('Compare with the members', (): Promise<TaskOutcome> => Promise.resolve(compareWithMembers({ clusterID, ...cidrs }, hub.members)));
  const config = configOf(options, settings, side, cidrs, { id: hub.hubID, server: context.client.server });
  const { hasAdmissionPolicies } = side;
  const rendered = await renderHubMember(context.templates, { version: context.version, config, hubID: hub.hubID, images: settings.images, hasAdmissionPolicies });
  const groups = settleClusterProperties(rendered, side.properties);
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(member.client, groups, signal));
  return { hubID: hub.hubID, config, cidrs, groups, standing: hub.members.find((known) => known.clusterID === clusterID) };
}

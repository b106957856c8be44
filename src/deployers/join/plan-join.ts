import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { Cluster, ClusterSettings, MemberConfig } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import { sharesAuthority } from '../../base/pin.ts';
import type { TaskOutcome, TaskProgress } from '../../base/tasks.ts';
import { type BrokerInfo, type MemberCredential, publicKeyOf } from '../../broker-info/index.ts';
import { hasCalico, validateApiVersions } from '../../discovery/api-versions.ts';
import { driversOfOthers, validateCableDriver, validateSameDriver } from '../../discovery/cable-drivers.ts';
import { resolveClusterId, validateClusterId } from '../../discovery/cluster-id.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { discoverCidrs, type DiscoveredCidrs } from '../../discovery/discover-cidrs.ts';
import { findEngines, validateNoOtherEngine } from '../../discovery/engines.ts';
import { chooseGateway, type GatewayChoice } from '../../discovery/gateway-nodes.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { probeBroker } from '../../discovery/probe-broker.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import { type GivenCidrs, resolveCidrs } from '../../discovery/resolve-cidrs.ts';
import { directAccess } from '../../kube/access.ts';
import { isUnauthorized } from '../../kube/api-error.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { FleetContext } from '../deploy-context.ts';
import type { Steps, StepOutcome } from '../steps.ts';
import { checkCrds } from '../check-crds.ts';
import { joinQuestions, wiringQuestions } from '../install-questions.ts';
import { type ManifestGroup, renderMember } from '../manifests.ts';
import { readClusterProperties, settleClusterProperties, standingClusterId, type StandingProperties } from './cluster-properties.ts';
import { findIdentityKey, findMemberCredential } from './member-secret.ts';
import { findStandingMember, type StandingMember, validateNoDowngrade, validateNoHub } from '../standing-part.ts';
import { type KeptSettings, keepSettings } from './kept-settings.ts';
import { openJoinFile } from './open-info.ts';
import type { JoinOptions } from './options.ts';
import { type Joiner, validateClusterIdFree, validateNoOverlap } from './validate-members.ts';

/** All that a join is going to do; nothing of it has been done. */
export interface JoinPlan {
  readonly info: BrokerInfo;
  /** Client of the broker with the join credential. */
  readonly broker: KubeClient;
  readonly config: MemberConfig;
  readonly cidrs: DiscoveredCidrs;
  /** The Cluster on the broker, where this cluster is a member already. */
  readonly current: Cluster | undefined;
  readonly credential: MemberCredential | undefined;
  readonly groups: readonly ManifestGroup[];
  readonly gateway: GatewayChoice | undefined;
}

/** What the local cluster says about itself. */
interface LocalCluster {
  readonly facts: ClusterFacts;
  readonly clusterUID: string;
  readonly credential: MemberCredential | undefined;
  readonly identityKey: string | undefined;
  readonly properties: StandingProperties;
  readonly standing: StandingMember | undefined;
}

/** Flags that can be judged without asking anybody. */
function validateFlags(options: JoinOptions): void {
  const { settings, clusterID } = options;
  if (settings.cableDriver !== undefined) validateCableDriver(settings.cableDriver);
  if (clusterID !== undefined) validateClusterId(clusterID);
  keepSettings(options, undefined); // throws for a range that is none
}

async function readLocalCluster({ client }: FleetContext, signal: AbortSignal): Promise<LocalCluster> {
  const facts = await readClusterFacts(client, signal); // first, because it tells an unreachable cluster from one without rights
  const missing = await findMissingAccess(client, joinQuestions(), signal);
  validateAccess(missing, 'join the cluster', client.server);
  const [kubeSystem, credential, identityPem, properties, standing] = await Promise.all([
    client.get(resources.namespaces, 'kube-system', undefined, { signal }),
    findMemberCredential(client, signal),
    findIdentityKey(client, signal),
    readClusterProperties(client, facts.apiVersions, signal),
    findStandingMember(client, signal),
  ]);
  return { facts, clusterUID: kubeSystem.metadata.uid ?? '', credential, identityKey: identityPem && publicKeyOf(identityPem), properties, standing };
}

/** Throws where the cluster is a member of another broker, or of this one under another id. */
function validateMembership(credential: MemberCredential | undefined, info: BrokerInfo, clusterID: string): void {
  if (credential === undefined) return;
  const isSameBroker = credential.namespace === info.namespace && sharesAuthority(credential.ca, info.ca);
  if (!isSameBroker) {
    const repin = credential.namespace === info.namespace && credential.server === info.server ? ['mcs join broker-info.subm --repin   # if its API server got another authority'] : [];
    throw new McsError('MCS_JOINED_ELSEWHERE', `Cannot join the broker at ${info.server}: this cluster is a member of the one at ${credential.server}`, { hints: [...repin, 'mcs leave'] });
  }
  if (credential.clusterID !== clusterID) {
    throw new McsError('MCS_CLUSTER_ID_CHANGED', `Cannot join as "${clusterID}": this cluster is a member already, as "${credential.clusterID}"`, {
      hints: [`--clusterid ${credential.clusterID}`, 'mcs leave'],
    });
  }
}

/** Reads the members with the join credential, which proves that the broker still accepts it. */
async function readMembers(broker: KubeClient, info: BrokerInfo, signal: AbortSignal): Promise<Cluster[]> {
  try {
    const clusters = resources.clusters;
    const questions = [
      { verb: 'list', group: clusters.group, resource: clusters.plural, namespace: info.namespace },
      { verb: 'create', group: resources.clusterJoins.group, resource: resources.clusterJoins.plural, namespace: info.namespace },
    ];
    validateAccess(await findMissingAccess(broker, questions, signal), 'join the broker', broker.server);
    return (await broker.list(clusters, { namespace: info.namespace, signal })).items;
  } catch (error) {
    const isRejected = isUnauthorized(error) || (error instanceof McsError && error.code === 'MCS_UNAUTHORIZED');
    if (!isRejected) throw error;
    throw new McsError('MCS_JOIN_TOKEN_REJECTED', `Cannot join the broker at ${info.server}: it does not accept the join credential of the file (any more)`, {
      hints: ['mcs deploy-broker   # writes a new file'],
      cause: error,
    });
  }
}

function memberConfig({ settings, imports, dnsWiring, given }: KeptSettings, info: BrokerInfo, joiner: Joiner, cidrs: DiscoveredCidrs): MemberConfig {
  return {
    clusterID: joiner.clusterID,
    clusterUID: joiner.clusterUID,
    podCIDRs: cidrs.podCIDRs,
    serviceCIDRs: cidrs.serviceCIDRs,
    nodeCIDRs: cidrs.nodeCIDRs,
    components: info.components,
    brokerNamespace: info.namespace,
    settings,
    ...imports,
    ...(dnsWiring && { dnsWiring }),
    ...(Object.keys(given).length > 0 && { given }),
  };
}

function planGateway({ labelGateway, gatewayNode }: JoinOptions, info: BrokerInfo, { nodes }: ClusterFacts): GatewayChoice | undefined {
  const isWanted = gatewayNode !== undefined || (labelGateway && info.components.includes('connectivity'));
  return isWanted ? chooseGateway(nodes, gatewayNode) : undefined;
}

function describeCidrs({ podCIDRs, serviceCIDRs, plugin, sources }: DiscoveredCidrs): string {
  const network = plugin === undefined ? '' : `, network plugin ${plugin}`;
  return `pods ${podCIDRs.join(',')} (${sources.pods}), services ${serviceCIDRs.join(',')} (${sources.services})${network}`;
}

/** The ranges to join with, as the outcome of a step. */
function findCidrs(given: GivenCidrs, facts: ClusterFacts): StepOutcome<DiscoveredCidrs> {
  const value = resolveCidrs(given, discoverCidrs(facts));
  return { state: value.warnings.length > 0 ? 'warning' : 'done', detail: [describeCidrs(value), ...value.warnings].join('. '), value };
}

/** A first join that is told no driver takes that of the members: all of a set need the same one. */
function settleDriver(options: JoinOptions, { settings }: KeptSettings, standing: StandingMember | undefined, members: readonly Cluster[], clusterID: string): ClusterSettings {
  const isTold = options.settings.cableDriver !== undefined || standing?.config.settings.cableDriver !== undefined;
  const [theirs] = isTold ? [] : driversOfOthers(members, clusterID);
  return theirs === undefined ? settings : { ...settings, cableDriver: theirs.driver };
}

function compareWithMembers(joiner: Joiner, cidrs: DiscoveredCidrs, components: readonly string[], settings: ClusterSettings, members: readonly Cluster[]): TaskOutcome {
  validateClusterIdFree(joiner, members);
  if (components.includes('connectivity')) validateSameDriver(settings.cableDriver, members, joiner.clusterID);
  const overlaps = validateNoOverlap({ clusterID: joiner.clusterID, ...cidrs }, components, members);
  return overlaps.length === 0 ? { state: 'done', detail: 'no overlap' } : { state: 'warning', detail: overlaps.join('; ') };
}

/**
 * The whole preflight. It only reads, and throws one of the documented errors for whatever would
 * make the join fail or do harm.
 */
export async function planJoin(context: FleetContext, options: JoinOptions, steps: Steps): Promise<JoinPlan> {
  validateFlags(options);
  const opened = await steps.run('Open the broker-info file', async () => {
    const value = await openJoinFile(options.infoFile, options.keys, context.clock.now());
    return { state: 'done', detail: `broker at ${value.server}`, value };
  });
  const local = await steps.run('Check this cluster', async ({ signal }) => {
    const value = await readLocalCluster(context, signal);
    return { state: 'done', detail: `Kubernetes ${value.facts.kubernetesVersion} at ${context.client.server}`, value };
  });
  validateApiVersions(local.facts);
  validateNoOtherEngine(findEngines(local.facts));
  validateNoHub(local.standing?.config, 'join a broker', 'unjoin');
  if (local.standing) validateNoDowngrade('member in this cluster', local.standing, context.version);
  const kept = keepSettings(options, local.standing);
  validateAccess(await findMissingAccess(context.client, wiringQuestions(kept.dnsWiring), context.signal), "wire the cluster's own DNS (see --no-wire-dns)", context.client.server);
  const { given } = kept;
  const info = { ...opened, ...(given.brokerUrl !== undefined && { server: given.brokerUrl }) };
  const clusterID = resolveClusterId(options.clusterID ?? local.credential?.clusterID ?? standingClusterId(local.properties), options.kubeconfigCluster);
  const joiner: Joiner = { clusterID, clusterUID: local.clusterUID, identityKey: local.identityKey };
  validateMembership(local.credential, info, clusterID);
  const cidrs = await steps.run('Find the CIDRs', () => Promise.resolve(findCidrs(given, local.facts)));
  const gateway = planGateway(options, info, local.facts);

  const broker = context.connect(directAccess({ ...info, token: () => info.token.bearer }));
  try {
    return await planAtBroker(context, { options, info, broker, local, kept, joiner, cidrs, gateway }, steps);
  } catch (error) {
    broker.close(); // a plan that holds it is closed by who gets it
    throw error;
  }
}

interface LocalPlan extends Pick<JoinPlan, 'info' | 'broker' | 'cidrs' | 'gateway'> {
  readonly options: JoinOptions;
  readonly local: LocalCluster;
  readonly kept: KeptSettings;
  readonly joiner: Joiner;
}

/** What only the broker can tell, and the plan that comes of all. */
async function planAtBroker(context: FleetContext, plan: LocalPlan, steps: Steps): Promise<JoinPlan> {
  const { options, info, broker, local, kept, joiner, cidrs, gateway } = plan;
  const { clusterID } = joiner;
  const checkBroker = async ({ signal }: TaskProgress): Promise<StepOutcome<Cluster[]>> => {
    await probeBroker(broker, signal);
    const value = await readMembers(broker, info, signal);
    return { state: 'done', detail: `${value.length} ${value.length === 1 ? 'member' : 'members'}`, value };
  };
  const members = await steps.run('Check the broker', checkBroker, { broker: info.server });
  const settings = settleDriver(options, kept, local.standing, members, clusterID);
  await steps.do('Compare with the members', () => Promise.resolve(compareWithMembers(joiner, cidrs, info.components, settings, members)));

  const config = memberConfig({ ...kept, settings }, info, joiner, cidrs);
  const rendered = await renderMember(context.templates, { version: context.version, memberNamespace: MEMBER_NAMESPACE, images: kept.images, config, clusterSetID: info.brokerUID, hasCalico: hasCalico(local.facts) });
  const groups = settleClusterProperties(rendered, local.properties);
  await steps.do('Check CustomResourceDefinitions', ({ signal }) => checkCrds(context.client, groups, signal));
  const current = members.find(({ metadata }) => metadata.name === clusterID);
  return { info, broker, config, cidrs, current, credential: local.credential, groups, gateway };
}

import { GATEWAY_AGENT, MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import type { ClusterProperty, MemberConfig } from '../../api/types/index.ts';
import { McsError } from '../../base/errors.ts';
import type { TaskProgress } from '../../base/tasks.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { hasCalico, validateApiVersions } from '../../discovery/api-versions.ts';
import type { ClusterFacts } from '../../discovery/cluster-facts.ts';
import { findMissingAccess, validateAccess } from '../../discovery/missing-access.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import type { FleetContext } from '../deploy-context.ts';
import { planChanges } from '../ensure-group.ts';
import { hasTunnels } from '../gateway/settle-gateway.ts';
import type { ImageOptions } from '../images.ts';
import { deployBrokerQuestions, joinQuestions, servesFlowSchemas, wiringQuestions } from '../install-questions.ts';
import { readClusterProperties, settleClusterProperties, type StandingProperties } from '../join/cluster-properties.ts';
import { type ManifestGroup, objectsOf, renderBroker, renderMember } from '../manifests.ts';
import { findStandingBroker, findStandingMember, mergeImages, type StandingMember, type StandingPart, validateNoDowngrade, validateNoHub } from '../standing-part.ts';
import type { PartName, UpgradedPart, UpgradeOptions } from './options.ts';

/** One part of the cluster with what is to be applied, nothing of which has been. */
export interface PlannedPart extends UpgradedPart {
  readonly namespace: string;
  readonly deployments: readonly string[];
  readonly daemonSets: readonly string[];
  /** Of the member, where the part is one. */
  readonly config?: MemberConfig;
  readonly groups: readonly ManifestGroup[];
  /** Images that an earlier override fixes, and that no flag replaces now. */
  readonly keptImages: readonly string[];
}

interface Standing {
  readonly facts: ClusterFacts;
  readonly broker: StandingPart | undefined;
  readonly member: StandingMember | undefined;
}

/** Reads what is installed. Throws MCS_NOT_JOINED where nothing is, and where rights are missing. */
export async function readStanding({ client }: FleetContext, { brokerNamespace }: UpgradeOptions, signal: AbortSignal): Promise<Standing> {
  const facts = await readClusterFacts(client, signal);
  const [broker, member] = await Promise.all([findStandingBroker(client, brokerNamespace, signal), findStandingMember(client, signal)]);
  if (broker === undefined && member === undefined) {
    throw new McsError('MCS_NOT_JOINED', `Cannot upgrade: this cluster is no member, and hosts no broker in namespace "${brokerNamespace}"`, { hints: ['mcs join broker-info.subm', 'mcs deploy-broker'] });
  }
  validateNoHub(member?.config, 'upgrade', 'join');
  const served = { hasFlowSchemas: servesFlowSchemas(facts), hasAdmissionPolicies: await servesAdmissionPolicies(client, signal) };
  const questions: AccessQuestion[] = [...(broker ? deployBrokerQuestions(brokerNamespace, served) : []), ...(member ? [...joinQuestions(), ...wiringQuestions(member.config.dnsWiring)] : [])];
  validateAccess(await findMissingAccess(client, questions, signal), 'upgrade the cluster', client.server);
  validateApiVersions(facts);
  return { facts, broker, member };
}

/** Repository, overrides and pull policy stay; the tag that was asked for then is what an upgrade replaces. */
export function upgradeImages(given: ImageOptions, { version: _tag, ...standing }: ImageOptions): ImageOptions {
  return mergeImages(given, standing);
}

function keptImages({ overrides: given = {} }: ImageOptions, { images: { overrides = {} } }: StandingPart): string[] {
  return Object.entries(overrides).filter(([part]) => !Object.hasOwn(given, part)).map(([part, image]) => `${part}=${image}`);
}

async function brokerGroups(context: FleetContext, options: UpgradeOptions, { facts }: Standing, broker: StandingPart, signal: AbortSignal): Promise<ManifestGroup[]> {
  const { brokerNamespace } = options;
  const served = { hasFlowSchemas: servesFlowSchemas(facts), hasAdmissionPolicies: await servesAdmissionPolicies(context.client, signal) };
  return renderBroker(context.templates, { version: context.version, brokerNamespace, images: upgradeImages(options.images, broker.images), ...served });
}

/** The name of the clusterset stands nowhere else in the cluster: a property that somebody has deleted comes back with the next join. */
function withoutUnknownSet(groups: readonly ManifestGroup[], clusterSetID: string | undefined): readonly ManifestGroup[] {
  if (clusterSetID !== undefined) return groups;
  const isSet = ({ kind, metadata }: ManifestGroup['objects'][number]): boolean => kind === resources.clusterProperties.kind && metadata.name === CLUSTERSET_PROPERTY;
  return groups.map(({ title, objects }) => ({ title, objects: objects.filter((object) => !isSet(object)) }));
}

const CLUSTERSET_PROPERTY = 'clusterset.k8s.io';

function standingSet({ properties }: StandingProperties): string | undefined {
  return properties.find(({ metadata }: ClusterProperty) => metadata.name === CLUSTERSET_PROPERTY)?.spec.value;
}

async function memberGroups({ client, templates, version }: FleetContext, options: UpgradeOptions, { facts }: Standing, member: StandingMember, signal: AbortSignal): Promise<readonly ManifestGroup[]> {
  const properties = await readClusterProperties(client, facts.apiVersions, signal);
  const clusterSetID = standingSet(properties);
  const images = upgradeImages(options.images, member.images);
  const groups = await renderMember(templates, { version, memberNamespace: MEMBER_NAMESPACE, images, config: member.config, clusterSetID: clusterSetID ?? '', hasCalico: hasCalico(facts) });
  return settleClusterProperties(withoutUnknownSet(groups, clusterSetID), properties);
}

/** The broker comes first: its desk and roles know the members of the version before, not those of the version after. */
export async function planParts(context: FleetContext, options: UpgradeOptions, standing: Standing, progress: TaskProgress): Promise<PlannedPart[]> {
  const { client, clock, version: to } = context;
  const { broker, member } = standing;
  const { signal } = progress;
  const plan = async (part: PartName, from: StandingPart, groups: readonly ManifestGroup[], place: Pick<PlannedPart, 'namespace' | 'deployments' | 'daemonSets' | 'config'>): Promise<PlannedPart> => {
    if (!options.allowDowngrade) validateNoDowngrade(`${part} in this cluster`, from, to);
    const changes = await planChanges(client, objectsOf(groups), { clock, timeoutMs: options.timeoutMs }, progress);
    return { part, from: from.version, to, changes, groups, keptImages: keptImages(options.images, from), ...place };
  };
  const parts: PlannedPart[] = [];
  if (broker) parts.push(await plan('broker', broker, await brokerGroups(context, options, standing, broker, signal), { namespace: options.brokerNamespace, deployments: ['mcs-desk'], daemonSets: [] }));
  if (member) parts.push(await plan('member', member, await memberGroups(context, options, standing, member, signal), { namespace: MEMBER_NAMESPACE, deployments: ['mcs-controller', 'mcs-dns'], daemonSets: hasTunnels(member.config) ? [GATEWAY_AGENT] : [], config: member.config }));
  return parts;
}

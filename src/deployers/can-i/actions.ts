import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject, MemberConfig, UnknownObject } from '../../api/types/index.ts';
import { servesAdmissionPolicies } from '../../discovery/admission-policies.ts';
import { hasCalico } from '../../discovery/api-versions.ts';
import { questionsAbout } from '../../discovery/missing-access.ts';
import { readApiVersions } from '../../discovery/read-cluster-facts.ts';
import type { AccessQuestion } from '../../kube/client.ts';
import type { DeployContext } from '../deploy-context.ts';
import { servesFlowSchemas } from '../install-questions.ts';
import { objectsOf, renderBroker, renderMember } from '../manifests.ts';
import { renderMirror } from '../mirror/mirror-manifests.ts';
import { installQuestions } from '../mirror/plan-install.ts';
import { sourceQuestions } from '../mirror/source-credential.ts';
import { renderSource } from '../mirror/source-manifests.ts';
import type { TemplateSource } from '../templates.ts';
import { WRITE } from './needed-rights.ts';

/** What can be asked about. */
export const ACTIONS = ['join', 'deploy-broker', 'mirror-install', 'mirror-credential'] as const;
export type Action = (typeof ACTIONS)[number];

export interface ActionOptions {
  /** Namespace of the broker. */
  readonly brokerNamespace: string;
  /** Namespace of a mirror, or of the account in its source. */
  readonly mirrorNamespace: string;
  /** Parts that members run. */
  readonly components: readonly string[];
  /** Whether `join` is to wire the cluster's own DNS. */
  readonly wiresDns: boolean;
  /** Whether gateways are reached through a load balancer. */
  readonly loadBalancer: boolean;
}

/** What an action writes, and what its steps do besides. */
export interface ActionNeeds {
  readonly objects: readonly UnknownObject[];
  readonly steps: readonly AccessQuestion[];
}

/** Steps of `join` beside its manifests: the Secrets that it makes, the label of the gateway, what it waits for. */
function joinSteps(isConnected: boolean): AccessQuestion[] {
  const inMember = (resource: Resource<KubeObject>, verbs: readonly string[]): AccessQuestion[] => questionsAbout(resource, verbs, MEMBER_NAMESPACE);
  return [
    ...questionsAbout(resources.namespaces, ['get']), // kube-system, whose UID is the cluster's
    ...inMember(resources.secrets, WRITE),
    ...inMember(resources.pods, ['list']),
    ...inMember(resources.configMaps, ['get']),
    ...questionsAbout(resources.nodes, isConnected ? ['list', 'patch'] : ['list']),
    // an earlier join may have installed what this one does not want
    ...[resources.daemonSets, resources.services].flatMap((resource) => inMember(resource, ['get'])),
    // what the gateways say of their tunnels
    ...(isConnected ? [resources.gateways, resources.cableEndpoints, resources.routeAgents].flatMap((resource) => inMember(resource, ['list'])) : []),
  ];
}

/** Steps of `deploy-broker` beside its manifests: the join token, what is published, the account that proves the policies. */
function brokerSteps(namespace: string, hasAdmissionPolicies: boolean): AccessQuestion[] {
  const inBroker = (resource: Resource<KubeObject>, verbs: readonly string[]): AccessQuestion[] => questionsAbout(resource, verbs, namespace);
  return [
    ...[resources.secrets, resources.configMaps].flatMap((resource) => inBroker(resource, WRITE)),
    ...inBroker(resources.pods, ['list']),
    { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', namespace },
    ...(hasAdmissionPolicies ? [resources.serviceAccounts, resources.roleBindings].flatMap((resource) => inBroker(resource, [...WRITE, 'delete'])) : []),
  ];
}

/** As much of a member as its manifests depend on; the rest of it gives nobody any rights. */
function sampleConfig({ brokerNamespace, components, wiresDns, loadBalancer }: ActionOptions): MemberConfig {
  return { clusterID: 'cluster', clusterUID: '', podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], components, brokerNamespace, settings: { loadBalancer }, dnsWiring: { isWanted: wiresDns } };
}

/** With every setting that widens what the mirror may do, but the removal of namespaces, which needs a right to list everything. */
async function mirrorNeeds(templates: TemplateSource, version: string, { mirrorNamespace: namespace }: ActionOptions): Promise<ActionNeeds> {
  const rules = { endpoints: true, removeNamespaces: false, createsNamespaces: true };
  const groups = await renderMirror(templates, { version, name: 'default', namespace, images: {}, document: '', rules });
  return { objects: objectsOf(groups), steps: installQuestions(namespace) };
}

async function credentialNeeds(templates: TemplateSource, version: string, hasAdmissionPolicies: boolean, { mirrorNamespace: namespace }: ActionOptions): Promise<ActionNeeds> {
  const groups = await renderSource(templates, { version, account: 'mirror', namespace, hasAdmissionPolicies });
  return { objects: objectsOf(groups), steps: sourceQuestions({ namespace }, hasAdmissionPolicies) };
}

/** What an action needs in this cluster. It only reads what everybody who is signed in may read. */
export async function findNeeds(action: Action, { templates, version, client, signal }: Pick<DeployContext, 'templates' | 'version' | 'client' | 'signal'>, options: ActionOptions): Promise<ActionNeeds> {
  const shared = { version, images: {} };
  if (action === 'mirror-install') return mirrorNeeds(templates, version, options);
  if (action === 'mirror-credential') return credentialNeeds(templates, version, await servesAdmissionPolicies(client, signal), options);
  const apiVersions = await readApiVersions(client, signal);
  if (action === 'deploy-broker') {
    const hasAdmissionPolicies = await servesAdmissionPolicies(client, signal);
    const groups = await renderBroker(templates, { ...shared, brokerNamespace: options.brokerNamespace, hasFlowSchemas: servesFlowSchemas({ apiVersions }), hasAdmissionPolicies });
    return { objects: objectsOf(groups), steps: brokerSteps(options.brokerNamespace, hasAdmissionPolicies) };
  }
  const groups = await renderMember(templates, { ...shared, memberNamespace: MEMBER_NAMESPACE, config: sampleConfig(options), clusterSetID: 'set', hasCalico: hasCalico({ apiVersions }) });
  return { objects: objectsOf(groups), steps: joinSteps(options.components.includes('connectivity')) };
}


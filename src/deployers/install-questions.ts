import { resources } from '../api/resources.ts';
import { MEMBER_NAMESPACE } from '../api/names.ts';
import type { DnsWiringSettings } from '../api/types/index.ts';
import { parseCustomName } from '../cluster-dns/custom-name.ts';
import { CUSTOM_MAP, DNS_NAMESPACE } from '../cluster-dns/dns-objects.ts';
import type { AccessQuestion } from '../kube/client.ts';
import type { ClusterFacts } from '../discovery/cluster-facts.ts';
import { questionsAbout } from '../discovery/missing-access.ts';

const WRITE = ['get', 'create', 'patch'] as const;

/** What the user of `join` and `upgrade` needs where the controller is to wire the cluster's own DNS. */
export function wiringQuestions(settings: DnsWiringSettings | undefined): AccessQuestion[] {
  if (settings?.isWanted === false) return [];
  const { namespace } = parseCustomName(settings?.customConfigMap) ?? CUSTOM_MAP;
  return [...new Set([DNS_NAMESPACE, namespace])].flatMap((place) => [resources.roles, resources.roleBindings].flatMap((resource) => questionsAbout(resource, WRITE, place)));
}

/** What the user of `join` needs in the cluster that joins. */
export function joinQuestions(): AccessQuestion[] {
  const namespaced = [resources.secrets, resources.configMaps, resources.serviceAccounts, resources.deployments, resources.daemonSets, resources.services, resources.roles, resources.roleBindings, resources.podDisruptionBudgets];
  const clusterWide = [resources.namespaces, resources.customResourceDefinitions, resources.clusterRoles, resources.clusterRoleBindings, resources.clusterProperties];
  return [
    ...clusterWide.flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, MEMBER_NAMESPACE)),
    ...questionsAbout(resources.nodes, ['list', 'patch']),
  ];
}

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';

/** Whether the API server has flow control, and so can keep members from starving each other. */
export function servesFlowSchemas({ apiVersions }: Pick<ClusterFacts, 'apiVersions'>): boolean {
  return apiVersions.has(FLOW_CONTROL);
}

/** What `deploy-broker` installs besides the usual, where the API server serves it. */
export interface ServedProtection {
  readonly hasFlowSchemas: boolean;
  readonly hasAdmissionPolicies: boolean;
}

/** What the user of `deploy-broker` needs in the cluster that hosts the broker. */
export function deployBrokerQuestions(namespace: string, { hasFlowSchemas, hasAdmissionPolicies }: ServedProtection): AccessQuestion[] {
  const namespaced = [resources.secrets, resources.configMaps, resources.serviceAccounts, resources.deployments, resources.roles, resources.roleBindings];
  const protection = [
    ...(hasFlowSchemas ? [resources.flowSchemas] : []),
    ...(hasAdmissionPolicies ? [resources.validatingAdmissionPolicies, resources.validatingAdmissionPolicyBindings] : []),
  ];
  // the account that proves the policies is removed again
  const removed = hasAdmissionPolicies ? [resources.serviceAccounts, resources.roleBindings] : [];
  return [
    ...[resources.namespaces, resources.customResourceDefinitions, ...protection].flatMap((resource) => questionsAbout(resource, WRITE)),
    ...namespaced.flatMap((resource) => questionsAbout(resource, WRITE, namespace)),
    ...removed.flatMap((resource) => questionsAbout(resource, ['delete'], namespace)),
    { verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', namespace },
  ];
}

/** What the user of `leave` needs. */
export function leaveQuestions(): AccessQuestion[] {
  const everywhere = [resources.services, resources.endpointSlices, resources.serviceImports, resources.clusterRoles, resources.clusterRoleBindings, resources.clusterProperties];
  const namespaced = [resources.deployments, resources.secrets, resources.configMaps, resources.serviceAccounts, resources.roles, resources.roleBindings, resources.leases];
  return [
    ...everywhere.flatMap((resource) => questionsAbout(resource, ['list', 'delete'])),
    ...namespaced.flatMap((resource) => questionsAbout(resource, ['get', 'delete'], MEMBER_NAMESPACE)),
    // whether others have objects whose CRDs would go, and what the agents on the nodes wrote
    ...questionsAbout(resources.serviceExports, ['list', 'delete']),
    ...questionsAbout(resources.exportPolicies, ['list']),
    ...[resources.cableEndpoints, resources.gateways, resources.routeAgents].flatMap((resource) => questionsAbout(resource, ['list', 'delete'])),
    ...questionsAbout(resources.daemonSets, ['get', 'patch', 'delete'], MEMBER_NAMESPACE),
    // what wires the cluster's own DNS
    ...questionsAbout(resources.configMaps, ['get', 'patch'], DNS_NAMESPACE),
    ...[resources.roles, resources.roleBindings].flatMap((resource) => questionsAbout(resource, ['get', 'delete'], DNS_NAMESPACE)),
    ...questionsAbout(resources.nodes, ['list', 'patch']),
    ...questionsAbout(resources.namespaces, ['get', 'delete']),
    ...questionsAbout(resources.customResourceDefinitions, ['get', 'delete']),
  ];
}

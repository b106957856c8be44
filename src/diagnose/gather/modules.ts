import { APP_COMPONENT } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { type Resource, resources } from '../../api/resources.ts';
import type { KubeObject, Pod } from '../../api/types/index.ts';
import { DNS_NAMESPACE } from '../../cluster-dns/dns-objects.ts';

/** Parts of an archive, as subctl names them. There is no operator: that one is the controller and what is installed. */
export const GATHER_MODULES = ['connectivity', 'service-discovery', 'broker', 'operator'] as const;
export type GatherModule = (typeof GATHER_MODULES)[number];

type AnyResource = Resource<KubeObject>;

/** Kinds of which everything in the cluster is read, by who needs them. */
const WHOLE: Readonly<Record<GatherModule, readonly AnyResource[]>> = {
  connectivity: [resources.nodes, resources.serviceCIDRs, resources.calicoPools, resources.clusters, resources.cableEndpoints, resources.gateways, resources.routeAgents],
  'service-discovery': [resources.namespaces, resources.serviceExports, resources.exportPolicies, resources.serviceImports, resources.clusterProperties],
  broker: [resources.clusters, resources.clusterJoins],
  operator: [],
};
/** Kinds of which is read what carries the mark of mcs. */
const MARKED: Readonly<Record<GatherModule, readonly AnyResource[]>> = {
  connectivity: [],
  'service-discovery': [resources.services, resources.endpointSlices],
  broker: [resources.validatingAdmissionPolicies, resources.validatingAdmissionPolicyBindings, resources.flowSchemas],
  operator: [resources.clusterRoles, resources.clusterRoleBindings, resources.roles, resources.roleBindings, resources.customResourceDefinitions],
};
const DNS_APPS = new Set(['kube-dns', 'node-local-dns']);
/** Whose logs tell of what; the controller exports, imports and follows tunnels. */
const OF_COMPONENT: Readonly<Record<string, readonly GatherModule[]>> = {
  controller: ['operator', 'service-discovery', 'connectivity'],
  dns: ['service-discovery'],
  gateway: ['connectivity'],
  desk: ['broker'],
};

const union = (table: Readonly<Record<GatherModule, readonly AnyResource[]>>, modules: readonly GatherModule[]): readonly AnyResource[] => [...new Set(modules.flatMap((module) => table[module]))];

export const wholeKinds = (modules: readonly GatherModule[]): readonly AnyResource[] => union(WHOLE, modules);
export const markedKinds = (modules: readonly GatherModule[]): readonly AnyResource[] => union(MARKED, modules);

/** Of our own namespaces those that the modules are about; what a cluster hosts for all members is the broker's. */
export function namespacesOf(own: readonly string[], modules: readonly GatherModule[]): readonly string[] {
  const isMember = modules.some((module) => module !== 'broker');
  return own.filter((namespace) => (namespace === MEMBER_NAMESPACE ? isMember : modules.includes('broker')));
}

/** Whether the log of a pod tells of one of the modules; `own` are our namespaces. */
export function isLogOf({ metadata }: Pick<Pod, 'metadata'>, own: readonly string[], modules: readonly GatherModule[]): boolean {
  const { labels = {}, namespace = '' } = metadata;
  if (own.includes(namespace)) return (OF_COMPONENT[labels[APP_COMPONENT] ?? ''] ?? GATHER_MODULES).some((module) => modules.includes(module));
  return namespace === DNS_NAMESPACE && DNS_APPS.has(labels['k8s-app'] ?? '') && modules.includes('service-discovery');
}

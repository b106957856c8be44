import { MANAGED_BY, MANAGED_BY_MCS } from '../../api/labels.ts';
import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { type Resource, resourceName, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import { mapConcurrently } from '../../base/concurrently.ts';
import { parseCustomName } from '../../cluster-dns/custom-name.ts';
import { DNS_NAMESPACE, readDnsObjects } from '../../cluster-dns/dns-objects.ts';
import { listDnsPods } from '../../cluster-dns/dns-pods.ts';
import { readClusterFacts } from '../../discovery/read-cluster-facts.ts';
import type { FleetMember } from '../../inspect/survey-fleet.ts';
import { isNotFound } from '../../kube/api-error.ts';
import { type GatherModule, markedKinds, namespacesOf, wholeKinds } from './modules.ts';

/** Something that is not in the archive, and why. */
export interface Missing {
  readonly what: string;
  readonly reason: string;
}

type AnyResource = Resource<KubeObject>;

/** Of these, everything in the namespaces of mcs. */
const OWN: readonly AnyResource[] = [
  resources.pods, resources.services, resources.configMaps, resources.serviceAccounts, resources.deployments, resources.daemonSets, resources.replicaSets,
  resources.endpointSlices, resources.leases, resources.roles, resources.roleBindings, resources.podDisruptionBudgets,
];
const AT_ONCE = 8;

/** Namespaces that are ours in a cluster: member and broker, as far as it has them. */
export function ownNamespaces({ state }: Pick<FleetMember, 'state'>): readonly string[] {
  return [...new Set([MEMBER_NAMESPACE, ...(state.broker === undefined ? [] : [state.broker.namespace]), ...state.workloads.map(({ namespace }) => namespace)])];
}

/** Namespaces with an export: what users ask about. */
const sharedNamespaces = ({ state }: Pick<FleetMember, 'state'>): readonly string[] => [...new Set((state.member?.exports ?? []).flatMap(({ metadata }) => metadata.namespace ?? []))];

interface Step {
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

function planSteps({ client, state }: FleetMember, modules: readonly GatherModule[], signal: AbortSignal): readonly Step[] {
  const own = ownNamespaces({ state });
  const chosen = namespacesOf(own, modules);
  const shared = sharedNamespaces({ state });
  const list = (resource: AnyResource, options: { readonly namespace?: string; readonly labelSelector?: string }): Step => ({
    what: `${resourceName(resource)}${options.namespace === undefined ? '' : ` in ${options.namespace}`}`,
    run: () => client.list(resource, { ...options, signal }),
  });
  const custom = parseCustomName(state.member?.config.dnsWiring?.customConfigMap);
  const discovery: readonly Step[] = [
    ...shared.map((namespace) => list(resources.endpointSlices, { namespace })),
    { what: "objects of the cluster's own DNS", run: () => readDnsObjects(client, custom, signal) },
    { what: "pods of the cluster's own DNS", run: () => listDnsPods(client, signal) },
  ];
  return [
    // all of them whatever is wanted, for their values are taken out of everything else
    ...own.map((namespace) => list(resources.secrets, { namespace })),
    ...wholeKinds(modules).map((resource) => list(resource, {})),
    ...OWN.flatMap((resource) => chosen.map((namespace) => list(resource, { namespace }))),
    ...markedKinds(modules).map((resource) => list(resource, { labelSelector: `${MANAGED_BY}=${MANAGED_BY_MCS}` })),
    // those about nodes are in "default"
    ...[...new Set([...chosen, ...(modules.includes('service-discovery') ? [...shared, DNS_NAMESPACE] : []), 'default'])].map((namespace) => list(resources.events, { namespace })),
    ...(modules.includes('service-discovery') ? discovery : []),
    ...(modules.includes('connectivity') ? [{ what: 'network plugin and kube-proxy', run: () => readClusterFacts(client, signal) }] : []),
  ];
}

/** Why something could not be read. */
export function reasonOf(error: unknown, signal: AbortSignal): string {
  return signal.aborted ? 'not read before the deadline of this cluster' : errorMessage(error);
}

/**
 * Reads what the diagnosis of a cluster has not read yet, through `member.client`, which notes it. One
 * thing that cannot be read does not keep the others out: the result names it.
 */
export async function collectObjects(member: FleetMember, modules: readonly GatherModule[], signal: AbortSignal): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  await mapConcurrently(planSteps(member, modules, signal), AT_ONCE, async ({ what, run }) => {
    try {
      await run();
    } catch (error) {
      // an API that is not served has no objects
      if (!isNotFound(error)) missing.push({ what, reason: reasonOf(error, signal) });
    }
  });
  return missing;
}

import { formatNamespaceChoice, readClusterLocal } from '../../api/cluster-local.ts';
import { ORIGIN_CLUSTER, REFLECTED_SERVICE, SERVICE_NAME } from '../../api/labels.ts';
import { MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE } from '../../api/names.ts';
import { objectKey, resources } from '../../api/resources.ts';
import type { EndpointSlice, Service, ServiceImport } from '../../api/types/index.ts';
import { toMcsError } from '../../base/errors.ts';
import type { FallthroughStatus } from '../../cluster-dns/wiring-status.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { isOwnedBy } from '../../sync/ownership.ts';
import { REFLECTED_CONDITION, REFLECTION_OWNER } from '../../sync/service/reflected-service.ts';
import type { MemberState } from '../cluster-state.ts';
import { listServed } from '../read-cluster.ts';
import { type Fleet, type FleetMember, nameOf, type UnreadCluster, type UnreadContext } from '../survey-fleet.ts';

/** A Service that stands for one cluster's part of a shared service. */
export interface ReflectedRow {
  /** `namespace/name` of the Service, and of the shared service. */
  readonly service: string;
  readonly of: string;
  readonly from: string;
  readonly address: string;
  readonly readyEndpoints: number;
}

export interface ClusterLocalRow {
  readonly cluster: string;
  /** Namespaces separated by commas, or `*`; empty where it is off. */
  readonly fallthrough: string;
  /** What the controller says of the cluster's own DNS; absent where it has said nothing. */
  readonly wiring?: FallthroughStatus;
  readonly reflection: string;
  readonly reflected: readonly ReflectedRow[];
  /** Shared services that lack a name, and why. */
  readonly unreflected: readonly { readonly service: string; readonly message: string }[];
}

export interface ClusterLocalReport<U = UnreadContext> {
  readonly clusters: readonly ClusterLocalRow[];
  readonly unread: readonly U[];
  readonly leftOut: Fleet['leftOut'];
}

function readyIn(slices: readonly EndpointSlice[], service: string): number {
  const own = slices.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === service);
  return own.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;
}

function reflectedRow({ metadata, spec }: Service, slices: readonly EndpointSlice[]): ReflectedRow {
  const { name, namespace = '', labels = {} } = metadata;
  return {
    service: objectKey(metadata),
    of: `${namespace}/${labels[REFLECTED_SERVICE] ?? ''}`,
    from: labels[ORIGIN_CLUSTER] ?? '',
    address: spec.clusterIP === 'None' ? 'headless' : (spec.clusterIPs ?? [spec.clusterIP ?? '']).join(', '),
    readyEndpoints: readyIn(slices.filter((slice) => slice.metadata.namespace === namespace), name),
  };
}

function unreflectedOf(imports: readonly ServiceImport[]): ClusterLocalRow['unreflected'] {
  return imports.flatMap(({ metadata, status }) => {
    const found = status?.conditions?.find(({ type, status: value }) => type === REFLECTED_CONDITION && value === 'False');
    return found === undefined ? [] : [{ service: objectKey(metadata), message: found.message }];
  });
}

async function readRow({ client }: FleetMember, name: string, { dnsWiring, imports }: MemberState, signal: AbortSignal): Promise<ClusterLocalRow> {
  const options = { labelSelector: REFLECTED_SERVICE, signal };
  const [configMap, services, slices] = await Promise.all([
    client.find(resources.configMaps, MEMBER_CLUSTER_LOCAL, MEMBER_NAMESPACE, { signal }),
    listServed(client, resources.services, options),
    listServed(client, resources.endpointSlices, options),
  ]);
  const { fallthrough, reflection } = readClusterLocal(configMap);
  const own = services.filter((service) => isOwnedBy(service, REFLECTION_OWNER));
  return {
    cluster: name,
    fallthrough: formatNamespaceChoice(fallthrough) ?? '',
    ...(dnsWiring?.fallthrough !== undefined && { wiring: dnsWiring.fallthrough }),
    reflection: formatNamespaceChoice(reflection) ?? '',
    reflected: own.map((service) => reflectedRow(service, slices)).toSorted((a, b) => (a.service < b.service ? -1 : 1)),
    unreflected: unreflectedOf(imports),
  };
}

/** Reads from all members, in parallel, which names of cluster.local shared services have; one that cannot be read hides none of the others. */
export async function readClusterLocalReport(fleet: Fleet, signal: AbortSignal): Promise<ClusterLocalReport<UnreadCluster>> {
  const answers = await Promise.all(
    fleet.clusters.map(async (cluster): Promise<ClusterLocalRow | UnreadCluster | undefined> => {
      const { client, context, state } = cluster;
      if (state.member === undefined) return undefined;
      try {
        return await readRow(cluster, nameOf(cluster), state.member, signal);
      } catch (error) {
        signal.throwIfAborted();
        return { context, error: toMcsError(describeApiError(error, { verb: 'read', object: 'the names of cluster.local', server: client.server })) };
      }
    }),
  );
  const found = answers.filter((answer) => answer !== undefined);
  return { clusters: found.filter((answer) => 'cluster' in answer), unread: [...fleet.unread, ...found.filter((answer) => 'error' in answer)], leftOut: fleet.leftOut };
}

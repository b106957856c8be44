import { MEMBER_NAMESPACE } from '../../api/names.ts';
import { resources } from '../../api/resources.ts';
import { McsError } from '../../base/errors.ts';
import { type Fleet, type FleetMember, nameOf } from '../../inspect/survey-fleet.ts';
import type { KubeClient } from '../../kube/client.ts';
import { describeApiError } from '../../kube/describe-api-error.ts';
import { namespaceRefusal } from '../../sync/service/namespace-policy.ts';
import { chooseNodes } from '../benchmark/plan-benchmark.ts';
import type { VerifyCluster } from './planned-test.ts';

/** A member in which a run makes objects. */
export interface VerifySite {
  readonly client: KubeClient;
  /** That of the installed parts. */
  readonly image: string;
  /** Address of our name server, for pods that have none of their own. */
  readonly nameServer?: string;
}

export interface VerifySites {
  readonly clusters: readonly VerifyCluster[];
  /** By the name of the cluster; members only. */
  readonly sites: ReadonlyMap<string, VerifySite>;
}

async function readSite(member: FleetMember, namespace: string, signal: AbortSignal): Promise<{ readonly cluster: VerifyCluster; readonly site?: VerifySite }> {
  const { client, context, state } = member;
  const config = state.member?.config;
  const image = state.workloads.find((workload) => workload.namespace === MEMBER_NAMESPACE)?.image;
  const base = { name: nameOf(member), context, components: config?.components ?? [] };
  if (config === undefined || image === undefined) return { cluster: { ...base, isMember: false, isSandbox: false } };
  const [nodes, service, sandbox] = await Promise.all([
    client.list(resources.nodes, { signal }),
    client.find(resources.services, 'mcs-dns', MEMBER_NAMESPACE, { signal }),
    client.find(resources.configMaps, 'mcs-sandbox', 'kube-public', { signal }),
  ]);
  const { gateway, other } = chooseNodes(context, nodes.items, state.member?.dataPlane?.gateways ?? []);
  const importRefusal = namespaceRefusal(namespace, { reserved: [], ...config });
  const nameServer = service?.spec.clusterIP;
  return {
    cluster: { ...base, isMember: true, isSandbox: sandbox !== undefined, ...(gateway !== undefined && { gateway }), ...(other !== undefined && { other }), ...(importRefusal !== undefined && { importRefusal }) },
    site: { client, image, ...(nameServer !== undefined && { nameServer }) },
  };
}

function refuseDoubles(clusters: readonly VerifyCluster[], { leftOut }: Fleet): void {
  const same = leftOut.find(({ reason }) => reason.startsWith('the same cluster'));
  if (same !== undefined) throw new McsError('MCS_USAGE', `Cannot verify context "${same.context}": it is ${same.reason}`, { hints: ['kubectl config get-contexts'] });
  const twice = clusters.find(({ name }, index) => clusters.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new McsError('MCS_USAGE', `Cannot verify two clusters of the id "${twice.name}": they are members of different brokers`, { hints: ['mcs show brokers'] });
}

/**
 * What is known of the clusters before tests are planned; contexts without mcs are clusters that are no
 * members. Throws MCS_USAGE for contexts of one cluster.
 */
export async function readSites(fleet: Fleet, namespace: string, signal: AbortSignal): Promise<VerifySites> {
  const read = await Promise.all(
    fleet.clusters.map((member) =>
      readSite(member, namespace, signal).catch((error: unknown) => {
        throw describeApiError(error, { verb: 'run tests in', object: `"${member.context}"`, server: member.client.server });
      }),
    ),
  );
  const absent = fleet.leftOut.map(({ context }) => ({ name: context, context, isMember: false, isSandbox: false, components: [] }));
  const clusters = [...read.map(({ cluster }) => cluster), ...absent];
  refuseDoubles(clusters, fleet);
  return { clusters, sites: new Map(read.flatMap(({ cluster, site }) => (site === undefined ? [] : [[cluster.name, site] as const]))) };
}

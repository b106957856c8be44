import { type CheckOutcome, fail, pass } from '../check.ts';
import { readServed } from '../cluster-readings.ts';
import type { ClusterCheck, DiagnoseContext } from '../context.ts';
import { NEEDED_API_VERSIONS } from '../../discovery/api-versions.ts';
import { apiVersionOf, type Resource, resources } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/index.ts';

/** Kinds that join brings along itself. */
const OWN_KINDS: readonly Resource<KubeObject>[] = [resources.serviceExports, resources.serviceImports, resources.clusterProperties];
const CABLE_KINDS: readonly Resource<KubeObject>[] = [resources.cableEndpoints, resources.gateways, resources.routeAgents];

/** Plurals by `group/version`. */
type ServedKinds = ReadonlyMap<string, ReadonlySet<string>>;

/** APIs of Kubernetes itself. */
export function judgeKubernetes(served: ReadonlySet<string>, version: string): CheckOutcome {
  const missing = NEEDED_API_VERSIONS.filter((needed) => !served.has(needed));
  return missing.length === 0 ? pass(version) : fail([version, `not served: ${missing.join(', ')}`], ['Use Kubernetes 1.21 or newer']);
}

function wantedKinds({ cluster: { state: { member } } }: Pick<DiagnoseContext, 'cluster'>): readonly Resource<KubeObject>[] {
  if (member === undefined) return [resources.clusterJoins];
  return member.config.components.includes('connectivity') ? [...OWN_KINDS, ...CABLE_KINDS] : OWN_KINDS;
}

/** Kinds that a member, or else the broker's cluster, has by CustomResourceDefinitions. */
export function judgeOwnApis(served: ServedKinds, context: Pick<DiagnoseContext, 'cluster'>): CheckOutcome {
  const isMember = context.cluster.state.member !== undefined;
  const wanted = wantedKinds(context);
  const missing = wanted.flatMap((kind) => {
    const plurals = served.get(apiVersionOf(kind));
    if (plurals === undefined) return [apiVersionOf(kind)];
    return plurals.has(kind.plural) ? [] : [`${kind.plural} of ${apiVersionOf(kind)}`];
  });
  if (missing.length === 0) return pass([...new Set(wanted.map(apiVersionOf))].join(', '));
  return fail([`not served: ${[...new Set(missing)].join(', ')}`], [`mcs ${isMember ? 'join broker-info.subm' : 'deploy-broker'} --context ${context.cluster.context}`]);
}

/** A group may be served while one of its kinds is not. */
async function readKinds(context: DiagnoseContext, signal: AbortSignal): Promise<ServedKinds> {
  const groups = await readServed(context, signal);
  const versions = [...new Set(wantedKinds(context).map(apiVersionOf))].filter((version) => groups.has(version));
  const read = versions.map(async (version): Promise<[string, ReadonlySet<string>]> => {
    const list = await context.cluster.client.getPath<{ readonly resources: readonly { readonly name: string }[] }>(`/apis/${version}`, { signal });
    return [version, new Set(list.resources.map(({ name }) => name))];
  });
  return new Map(await Promise.all(read));
}

export const k8sVersionChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-K8S-01',
    title: 'Kubernetes serves the APIs that mcs needs',
    topic: 'k8s-version',
    needs: [],
    run: async (context, signal) => judgeKubernetes(await readServed(context, signal), `Kubernetes ${context.cluster.state.kubernetesVersion}`),
  },
  {
    id: 'MCS-K8S-02',
    title: 'The multi-cluster APIs are installed',
    topic: 'k8s-version',
    needs: ['MCS-K8S-01'],
    run: async (context, signal) => judgeOwnApis(await readKinds(context, signal), context),
  },
];

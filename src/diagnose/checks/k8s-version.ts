import { type CheckOutcome, fail, pass } from '../check.ts';
import type { ClusterCheck, DiagnoseContext } from '../context.ts';
import { NEEDED_API_VERSIONS } from '../../discovery/api-versions.ts';
import { readApiVersions } from '../../discovery/read-cluster-facts.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';

/** APIs that join brings along itself. */
const OWN_API_VERSIONS: readonly string[] = [resources.serviceExports, resources.clusterProperties].map(apiVersionOf);

/** APIs of Kubernetes itself. */
export function judgeKubernetes(served: ReadonlySet<string>, version: string): CheckOutcome {
  const missing = NEEDED_API_VERSIONS.filter((needed) => !served.has(needed));
  return missing.length === 0 ? pass(version) : fail([version, `not served: ${missing.join(', ')}`], ['Use Kubernetes 1.21 or newer']);
}

/** APIs that a member, or else the broker's cluster, has by CustomResourceDefinitions. */
export function judgeOwnApis(served: ReadonlySet<string>, { cluster }: Pick<DiagnoseContext, 'cluster'>): CheckOutcome {
  const isMember = cluster.state.member !== undefined;
  const wanted = isMember ? OWN_API_VERSIONS : [apiVersionOf(resources.clusterJoins)];
  const missing = wanted.filter((version) => !served.has(version));
  return missing.length === 0 ? pass(wanted.join(', ')) : fail([`not served: ${missing.join(', ')}`], [`mcs ${isMember ? 'join broker-info.subm' : 'deploy-broker'} --context ${cluster.context}`]);
}

const readServed = ({ cluster, readings }: DiagnoseContext, signal: AbortSignal): Promise<ReadonlySet<string>> => readings.get('served API versions', () => readApiVersions(cluster.client, signal));

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
    run: async (context, signal) => judgeOwnApis(await readServed(context, signal), context),
  },
];

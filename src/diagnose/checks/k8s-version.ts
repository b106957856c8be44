import { fail, pass } from '../check.ts';
import type { ClusterCheck } from '../context.ts';
import { NEEDED_API_VERSIONS } from '../../discovery/api-versions.ts';
import { readApiVersions } from '../../discovery/read-cluster-facts.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';

/** APIs that join brings along itself. */
const OWN_API_VERSIONS: readonly string[] = [resources.serviceExports, resources.clusterProperties].map(apiVersionOf);

export const k8sVersionChecks: readonly ClusterCheck[] = [
  {
    id: 'MCS-K8S-01',
    title: 'Kubernetes serves the APIs that mcs needs',
    topic: 'k8s-version',
    needs: [],
    run: async ({ cluster }, signal) => {
      const served = await readApiVersions(cluster.client, signal);
      const missing = NEEDED_API_VERSIONS.filter((version) => !served.has(version));
      const version = `Kubernetes ${cluster.state.kubernetesVersion}`;
      return missing.length === 0 ? pass(version) : fail([version, `not served: ${missing.join(', ')}`], ['Use Kubernetes 1.21 or newer']);
    },
  },
  {
    id: 'MCS-K8S-02',
    title: 'The multi-cluster APIs are installed',
    topic: 'k8s-version',
    needs: ['MCS-K8S-01'],
    run: async ({ cluster }, signal) => {
      const wanted = cluster.state.member === undefined ? [apiVersionOf(resources.clusterJoins)] : OWN_API_VERSIONS;
      const served = await readApiVersions(cluster.client, signal);
      const missing = wanted.filter((version) => !served.has(version));
      const repair = cluster.state.member === undefined ? 'deploy-broker' : 'join broker-info.subm';
      return missing.length === 0 ? pass(wanted.join(', ')) : fail([`not served: ${missing.join(', ')}`], [`mcs ${repair} --context ${cluster.context}`]);
    },
  },
];

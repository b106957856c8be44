import { APP_MCS, APP_NAME } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { Node, Pod, Service } from '../api/types/index.ts';
import { readApiVersions } from '../discovery/read-cluster-facts.ts';
import type { DiagnoseContext } from './context.ts';

type Readings = Pick<DiagnoseContext, 'cluster' | 'readings'>;

/** Every `group/version` that the cluster serves. */
export function readServed({ cluster, readings }: Readings, signal: AbortSignal): Promise<ReadonlySet<string>> {
  return readings.get('served API versions', () => readApiVersions(cluster.client, signal));
}

export function readNodes({ cluster, readings }: Readings, signal: AbortSignal): Promise<readonly Node[]> {
  return readings.get('nodes', async () => (await cluster.client.list(resources.nodes, { signal })).items);
}

/** All Services of the cluster. */
export function readServices({ cluster, readings }: Readings, signal: AbortSignal): Promise<readonly Service[]> {
  return readings.get('Services', async () => (await cluster.client.list(resources.services, { signal })).items);
}

/** Of a pod, what checks of all pods look at: a cluster has many, and their specs are large. */
function slim({ apiVersion, kind, metadata: { name, namespace = '', labels = {} }, spec, status }: Pod): Pod {
  const containers = spec.containers.map(({ name: container, image, ports = [] }) => ({ name: container, image, ports }));
  const podIP = status?.podIP;
  return { apiVersion, kind, metadata: { name, namespace, labels }, spec: { containers, ...(spec.hostNetwork === true && { hostNetwork: true }) }, status: { ...(podIP !== undefined && { podIP }) } };
}

/** All running pods of the cluster, with their labels, address and ports only. */
export function readRunningPods({ cluster, readings }: Readings, signal: AbortSignal): Promise<readonly Pod[]> {
  return readings.get('running pods', async () => (await cluster.client.list(resources.pods, { fieldSelector: 'status.phase=Running', transform: slim, signal })).items);
}

/** Pods of mcs in one of its namespaces, whether they run or not. */
export function readOwnPods({ cluster, readings }: Readings, namespace: string, signal: AbortSignal): Promise<readonly Pod[]> {
  return readings.get(`pods of mcs in ${namespace}`, async () => (await cluster.client.list(resources.pods, { namespace, labelSelector: `${APP_NAME}=${APP_MCS}`, signal })).items);
}

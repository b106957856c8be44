import { MANAGED_BY, MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { EndpointSlice, ServiceImport } from '../../src/api/types/index.ts';
import type { KubeClient } from '../../src/kube/client.ts';

export const VIP_SERVICES = 1000;
export const HEADLESS_SERVICES = 100;
const NAMESPACES = 10;
const CLUSTERS = ['east', 'west'] as const;
const ENDPOINTS_PER_CLUSTER = 5;
const PORTS = [{ name: 'http', port: 80, protocol: 'TCP' as const }];
/** Services changed per second: 1% of them. */
const CHANGES_PER_SECOND = (VIP_SERVICES + HEADLESS_SERVICES) / 100;

export const vipName = (index: number): string => `web-${index}.bench-${index % NAMESPACES}.svc.clusterset.local`;
export const headlessName = (index: number): string => `db-${index}.bench-${index % NAMESPACES}.svc.clusterset.local`;
export const pickVip = (): string => vipName(Math.floor(Math.random() * VIP_SERVICES));
export const pickHeadless = (): string => headlessName(Math.floor(Math.random() * HEADLESS_SERVICES));

/** An address that changes with `version`, and is nobody else's. */
function address(network: number, index: number, version = 0): string {
  return `10.${network + (version % 2)}.${Math.floor(index / 200)}.${1 + (index % 200)}`;
}

function vipImport(index: number, version: number): ServiceImport {
  const metadata = { name: `web-${index}`, namespace: `bench-${index % NAMESPACES}` };
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata, spec: { type: 'ClusterSetIP', ips: [address(100, index, version)], ipFamilies: ['IPv4'], ports: PORTS } };
}

function headlessImport(index: number): ServiceImport {
  const metadata = { name: `db-${index}`, namespace: `bench-${index % NAMESPACES}` };
  return { apiVersion: 'multicluster.x-k8s.io/v1beta1', kind: 'ServiceImport', metadata, spec: { type: 'Headless', ports: PORTS } };
}

function slice(index: number, cluster: (typeof CLUSTERS)[number], version: number): EndpointSlice {
  const network = cluster === 'east' ? 120 : 130;
  const labels = { [MCS_SERVICE_NAME]: `db-${index}`, [MCS_SOURCE_CLUSTER]: cluster, [MANAGED_BY]: 'mcs' };
  const endpoints = Array.from({ length: ENDPOINTS_PER_CLUSTER }, (_, number) => ({
    addresses: [address(network, index * ENDPOINTS_PER_CLUSTER + number, version)],
    conditions: { ready: true },
    hostname: `db-${number}`,
  }));
  const metadata = { name: `db-${index}-${cluster}`, namespace: `bench-${index % NAMESPACES}`, labels };
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4', endpoints, ports: PORTS };
}

function apply(client: KubeClient, object: ServiceImport | EndpointSlice): Promise<unknown> {
  const options = { fieldManager: 'bench', force: true };
  return object.kind === 'ServiceImport' ? client.apply(resources.serviceImports, object as ServiceImport, options) : client.apply(resources.endpointSlices, object as EndpointSlice, options);
}

/** 1,000 imports with a clusterset IP, and 100 headless ones of 10 endpoints in two clusters. */
export async function writeScene(client: KubeClient): Promise<void> {
  for (let number = 0; number < NAMESPACES; number += 1) await client.create(resources.namespaces, { metadata: { name: `bench-${number}` } });
  for (let index = 0; index < VIP_SERVICES; index += 1) await apply(client, vipImport(index, 0));
  for (let index = 0; index < HEADLESS_SERVICES; index += 1) {
    await apply(client, headlessImport(index));
    for (const cluster of CLUSTERS) await apply(client, slice(index, cluster, 0));
  }
}

/** Changes 1% of the services per second until it is stopped. */
export function startChanges(client: KubeClient, onError: (error: unknown) => void): () => void {
  let round = 0;
  const timer = setInterval(() => {
    round += 1;
    const isHeadless = round % (VIP_SERVICES / HEADLESS_SERVICES + 1) === 0;
    const version = Math.floor(round / VIP_SERVICES) + 1;
    const object = isHeadless ? slice(Math.floor(Math.random() * HEADLESS_SERVICES), 'west', round) : vipImport(round % VIP_SERVICES, version);
    apply(client, object).catch(onError);
  }, 1000 / CHANGES_PER_SECOND);
  return () => clearInterval(timer);
}

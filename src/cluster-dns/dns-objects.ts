import { objectKey, resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { OPENSHIFT_DNS, type OpenShiftDns } from './openshift-servers.ts';

/** Name of an object with its namespace. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

export const DNS_NAMESPACE = 'kube-system';
/** ConfigMaps with the Corefile of a cluster's own CoreDNS; the second is RKE2's. */
export const COREFILE_MAPS = ['coredns', 'rke2-coredns-rke2-coredns'] as const;
/** ConfigMaps of NodeLocal DNSCache; the second is kubespray's. */
export const LOCAL_CACHE_MAPS = ['node-local-dns', 'nodelocaldns'] as const;
export const KUBE_DNS_MAP = 'kube-dns';
/** What AKS, k3s and others let users add to a Corefile that they keep themselves. */
export const CUSTOM_MAP: ObjectName = { namespace: DNS_NAMESPACE, name: 'coredns-custom' };
export const OPENSHIFT_DNS_NAME = 'default';

/** What tells which DNS a cluster has; absent objects do not exist. */
export interface DnsObjects {
  /** By `namespace/name`. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly openShift: OpenShiftDns | undefined;
}

/** Every ConfigMap that may have to do with a cluster's DNS. */
export function dnsConfigMapNames(custom: ObjectName = CUSTOM_MAP): ObjectName[] {
  const own = [...COREFILE_MAPS, ...LOCAL_CACHE_MAPS, KUBE_DNS_MAP].map((name) => ({ namespace: DNS_NAMESPACE, name }));
  const given = custom.namespace === CUSTOM_MAP.namespace && custom.name === CUSTOM_MAP.name ? [] : [custom];
  return [...own, CUSTOM_MAP, ...given];
}

async function findOpenShiftDns(client: KubeClient, signal: AbortSignal): Promise<OpenShiftDns | undefined> {
  try {
    return await client.find(OPENSHIFT_DNS, OPENSHIFT_DNS_NAME, undefined, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined; // the API is served on OpenShift only
    throw error;
  }
}

/** Reads the objects. Throws ApiError, also Forbidden: what may not be read is not known to be absent. */
export async function readDnsObjects(client: KubeClient, custom: ObjectName | undefined, signal: AbortSignal): Promise<DnsObjects> {
  const names = dnsConfigMapNames(custom);
  const [openShift, ...found] = await Promise.all([
    findOpenShiftDns(client, signal),
    ...names.map(({ namespace, name }) => client.find(resources.configMaps, name, namespace, { signal })),
  ]);
  const maps = found.filter((map) => map !== undefined).map((map) => [objectKey(map.metadata), map] as const);
  return { configMaps: new Map(maps), openShift };
}

/** The cluster address of a Service; undefined where there is no such Service, or it has none. */
export async function findClusterAddress(client: KubeClient, { name, namespace }: ObjectName, signal: AbortSignal): Promise<string | undefined> {
  const address = (await client.find(resources.services, name, namespace, { signal }))?.spec.clusterIP;
  return address === undefined || address === '' || address === 'None' ? undefined : address;
}

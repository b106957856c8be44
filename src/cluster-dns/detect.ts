import { objectKey } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import { type Corefile, findRootBlock, parseCorefile, parseServerKey } from './corefile.ts';
import { COREFILE_MAPS, CUSTOM_MAP, DNS_NAMESPACE, type DnsObjects, KUBE_DNS_MAP, LOCAL_CACHE_MAPS, type ObjectName } from './dns-objects.ts';

/** `none`: no cluster DNS that is known here. */
export type DnsKind = 'coredns' | 'rke2' | 'coredns-custom' | 'openshift' | 'kube-dns' | 'none';

/** A key of a ConfigMap into which our marked block belongs. */
export interface BlockPlace extends ObjectName {
  readonly key: string;
  readonly port: number;
  readonly bind?: readonly string[];
}

export interface DetectedDns {
  readonly kind: DnsKind;
  /** Where a block belongs; none with kinds that have settings of their own, and where a Corefile is not understood. */
  readonly places: readonly BlockPlace[];
  /** `kube-system/node-local-dns`: every pod asks the cache of its node first. */
  readonly localCache: string | undefined;
  /** Port on which the pods of the cluster's DNS listen. */
  readonly port: number;
  /** Whether a changed Corefile is loaded without a restart. */
  readonly reloads: boolean;
  /** A Corefile that is not understood. */
  readonly unreadable: string | undefined;
}

export const CORE_KEY = 'Corefile';
const NOTHING: DetectedDns = { kind: 'none', places: [], localCache: undefined, port: 53, reloads: true, unreadable: undefined };

function findMap({ configMaps }: DnsObjects, names: readonly string[]): ConfigMap | undefined {
  return names.map((name) => configMaps.get(`${DNS_NAMESPACE}/${name}`)).find((map) => map?.data?.[CORE_KEY] !== undefined);
}

/** The ConfigMap with the Corefile of the cluster's own CoreDNS. */
export const findCorefileMap = (objects: DnsObjects): ConfigMap | undefined => findMap(objects, COREFILE_MAPS);

/** `import custom/*.server` beside the servers: the distribution keeps the Corefile, and users add theirs elsewhere. */
const takesServers = ({ imports }: Corefile): boolean => imports.some((path) => /custom.*\.server$/.test(path));

/** Where the user wants server blocks, in place of what is recognised, and our key where a ConfigMap has one for each server. */
export interface CustomServers {
  readonly custom?: ObjectName;
  readonly customKey: string;
}

function customPlace(objects: DnsObjects, custom: ObjectName, customKey: string, port: number): BlockPlace {
  // AKS Engine and Yandex import one key of this name in place of all that end in .server
  const hasCorefile = objects.configMaps.get(objectKey(custom))?.data?.[CORE_KEY] !== undefined;
  return { ...custom, key: hasCorefile ? CORE_KEY : customKey, port };
}

function portOf(corefile: Corefile): number {
  const zones = findRootBlock(corefile)?.keys.map(parseServerKey) ?? [];
  return zones.find(({ zone }) => zone === '.')?.port ?? 53;
}

/** A cache on host network must not listen where the other blocks do not. */
function localCachePlace(map: ConfigMap): BlockPlace | undefined {
  const corefile = parseCorefile(map.data?.[CORE_KEY] ?? '');
  if (corefile === undefined) return undefined;
  const bind = findRootBlock(corefile)?.directives.find(({ name }) => name === 'bind')?.args;
  return { namespace: DNS_NAMESPACE, name: map.metadata.name, key: CORE_KEY, port: portOf(corefile), ...(bind !== undefined && { bind }) };
}

function detectCoreDns(objects: DnsObjects, map: ConfigMap, { custom, customKey }: CustomServers): DetectedDns {
  const corefile = parseCorefile(map.data?.[CORE_KEY] ?? '');
  const kind = map.metadata.name === COREFILE_MAPS[1] ? 'rke2' : 'coredns';
  const own = { namespace: DNS_NAMESPACE, name: map.metadata.name };
  if (corefile === undefined) return { ...NOTHING, kind, unreadable: `ConfigMap ${objectKey(own)}` };
  const port = portOf(corefile);
  const reloads = corefile.blocks.some(({ directives }) => directives.some(({ name }) => name === 'reload'));
  const usesCustom = custom !== undefined || takesServers(corefile);
  const place = usesCustom ? customPlace(objects, custom ?? CUSTOM_MAP, customKey, port) : { ...own, key: CORE_KEY, port };
  return { ...NOTHING, kind: usesCustom ? 'coredns-custom' : kind, places: [place], port, reloads };
}

function withLocalCache(detected: DetectedDns, objects: DnsObjects): DetectedDns {
  const cache = findMap(objects, LOCAL_CACHE_MAPS);
  if (cache === undefined) return detected;
  const localCache = objectKey({ namespace: DNS_NAMESPACE, name: cache.metadata.name });
  // node-cache reads the stubDomains of kube-dns itself: a block beside them would define the zone twice
  if (detected.kind === 'kube-dns') return { ...detected, localCache };
  const place = localCachePlace(cache);
  if (place === undefined) return { ...detected, localCache, unreadable: `ConfigMap ${localCache}` };
  return { ...detected, localCache, places: [...detected.places, place] };
}

/** Which DNS a cluster has. */
export function detectClusterDns(objects: DnsObjects, servers: CustomServers): DetectedDns {
  const { custom, customKey } = servers;
  if (objects.openShift !== undefined) return { ...NOTHING, kind: 'openshift', port: 5353 };
  const map = findCorefileMap(objects);
  if (map !== undefined) return withLocalCache(detectCoreDns(objects, map, servers), objects);
  if (custom !== undefined) return withLocalCache({ ...NOTHING, kind: 'coredns-custom', places: [customPlace(objects, custom, customKey, 53)] }, objects);
  if (objects.configMaps.has(`${DNS_NAMESPACE}/${KUBE_DNS_MAP}`)) return withLocalCache({ ...NOTHING, kind: 'kube-dns' }, objects);
  return NOTHING;
}

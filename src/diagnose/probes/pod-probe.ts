import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER } from '../../api/labels.ts';
import { CLUSTERSET_DOMAIN } from '../../api/names.ts';
import { objectKey } from '../../api/resources.ts';
import type { EndpointSlice, ServiceImport } from '../../api/types/index.ts';
import type { ProbeRequest } from '../../probe/probe.ts';
import type { ReachTarget } from '../../probe/reach.ts';
import { type EndpointTarget, endpointTargets, ofType, typesFor, vipTargets } from '../trace/addresses.ts';

/** Of each kind, as many as one pod tries: enough to see a fault, and few enough for large sets. */
export const SAMPLE = 50;

/** Whatever a resolver says of them, it was reached: one name that it passes on, and one that it knows itself. */
export const CONTROL_NAMES = [`dns-version.${CLUSTERSET_DOMAIN}`, 'kubernetes.default.svc.cluster.local'] as const;

/** A name that a pod asks for, and the addresses of its import. */
export interface AskedName {
  readonly service: string;
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  readonly expected: readonly string[];
}

/** A connection that a pod tries. */
export interface AskedCall extends ReachTarget {
  readonly service: string;
  /** Of the endpoint; absent for a clusterset IP. */
  readonly cluster?: string;
}

/** A part of many, always the same one. */
export interface Sample<T> {
  readonly tried: readonly T[];
  readonly of: number;
}

/** What the pod of a cluster is asked, and what its answers are held against. */
export interface PodProbePlan {
  readonly request: ProbeRequest;
  readonly names: Sample<AskedName>;
  readonly vips: Sample<AskedCall>;
  readonly endpoints: Sample<AskedCall>;
  /** Ports of imports that no TCP connection can try. */
  readonly otherPorts: number;
}

export interface PodProbeFacts {
  readonly imports: readonly ServiceImport[];
  /** Of the imports. */
  readonly slices: readonly EndpointSlice[];
  readonly isConnected: boolean;
  /** Address of the name server of mcs in this cluster. */
  readonly nameServer?: string;
  readonly tryMs: number;
}

/** Evenly over the whole, so that no part of the alphabet is left out. */
function sampleOf<T>(items: readonly T[]): Sample<T> {
  const step = Math.max(1, items.length / SAMPLE);
  return { tried: items.filter((_item, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)).slice(0, SAMPLE), of: items.length };
}

/** The first of each group, then the second of each, and so on. */
export function interleave<T>(groups: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_unset, index) => groups.flatMap((group) => (index < group.length ? group.slice(index, index + 1) : []))).flat();
}

const isTcp = ({ protocol }: EndpointTarget): boolean => protocol === 'TCP';
const byService = (a: ServiceImport, b: ServiceImport): number => objectKey(a.metadata).localeCompare(objectKey(b.metadata));

function namesOf(imports: readonly ServiceImport[]): Sample<AskedName> {
  const { of, tried } = sampleOf(imports.filter(({ spec: { ips = [], type } }) => type === 'ClusterSetIP' && ips.length > 0));
  const names = tried.flatMap(({ metadata, spec: { ips = [] } }) => {
    const name = `${metadata.name}.${metadata.namespace ?? ''}.svc.${CLUSTERSET_DOMAIN}`;
    return typesFor(ips).map((type) => ({ service: objectKey(metadata), name, type, expected: ofType(ips, type) }));
  });
  return { tried: names, of };
}

function vipsOf(imports: readonly ServiceImport[]): Sample<AskedCall> {
  const groups = imports.map((serviceImport) => vipTargets({ serviceImport }).filter(isTcp).map(({ host, port }) => ({ host, port, service: objectKey(serviceImport.metadata) })));
  const all = interleave(groups);
  return { tried: all.slice(0, SAMPLE), of: all.length };
}

/** Every cluster in turn, and of each every service in turn: a cluster that nobody reaches is seen among 50 as well. */
function endpointsOf(slices: readonly EndpointSlice[]): Sample<AskedCall> {
  const calls = slices.flatMap((slice): AskedCall[] => {
    const { labels = {}, namespace = '' } = slice.metadata;
    const place = { service: `${namespace}/${labels[MCS_SERVICE_NAME] ?? ''}`, cluster: labels[MCS_SOURCE_CLUSTER] ?? '' };
    return endpointTargets([slice]).filter(isTcp).map(({ host, port }) => ({ host, port, ...place }));
  });
  const sorted = calls.toSorted((a, b) => `${a.service} ${a.host}`.localeCompare(`${b.service} ${b.host}`));
  const ofClusters = [...Map.groupBy(sorted, ({ cluster = '' }) => cluster).values()].map((ofCluster) => interleave([...Map.groupBy(ofCluster, ({ service }) => service).values()]));
  const all = interleave(ofClusters);
  return { tried: all.slice(0, SAMPLE), of: all.length };
}

/** Decides what the pod of a cluster tries. */
export function planPodProbe({ isConnected, nameServer, slices, tryMs, ...facts }: PodProbeFacts): PodProbePlan {
  const imports = facts.imports.toSorted(byService);
  const [names, vips, endpoints] = [namesOf(imports), vipsOf(imports), endpointsOf(slices)];
  const targets = [...new Map([...vips.tried, ...endpoints.tried].map(({ host, port }) => [`${host} ${port}`, { host, port }])).values()];
  const questions = [...names.tried.map(({ name, type }) => ({ name, type })), ...CONTROL_NAMES.map((name) => ({ name, type: 'A' as const }))];
  const otherPorts = imports.flatMap(({ spec: { ports = [] } }) => ports).filter(({ protocol = 'TCP' }) => protocol !== 'TCP').length;
  return {
    names,
    vips,
    endpoints,
    otherPorts,
    request: { broker: { isConnected, timeoutMs: tryMs }, reach: { names: questions, targets, timeoutMs: tryMs, ...(nameServer !== undefined && { nameServer }) } },
  };
}

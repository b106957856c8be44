import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../base/error-codes.ts';
import { DNS_NAMESPACE } from '../../cluster-dns/dns-objects.ts';
import type { KubeObject, Pod } from '../../api/types/index.ts';
import type { Missing } from './collect-objects.ts';
import type { ContainerLog } from './collect-logs.ts';
import type { TextFile } from './fit.ts';
import type { GatherModule } from './modules.ts';
import type { Recording } from './recording.ts';
import type { Redactor } from './redact.ts';

export const ARCHIVE_FORMAT = 'mcs-gather';
/** Grows when an older reader could not make sense of it. */
export const ARCHIVE_VERSION = 1;

/** What `index.json` says of a cluster. */
export interface ArchivedCluster {
  readonly context: string;
  /** Cluster id, or the context where there is none. */
  readonly name: string;
  /** Folder in the archive; undefined where nothing could be read. */
  readonly folder?: string;
  readonly server?: string;
  /** The server's own clock, ms since the epoch. */
  readonly serverTime?: number;
  readonly kubernetesVersion?: string;
  readonly objects: number;
  readonly logs: number;
  /** Why it could not be read. */
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hints: readonly string[] };
  /** Why it is no part of the fleet, although it could be read. */
  readonly leftOut?: string;
  readonly missing: readonly Missing[];
}

/** `index.json` */
export interface ArchiveIndex {
  readonly format: typeof ARCHIVE_FORMAT;
  readonly formatVersion: typeof ARCHIVE_VERSION;
  /** Of the mcs that wrote it. */
  readonly mcsVersion: string;
  /** RFC 3339 */
  readonly createdAt: string;
  readonly redacted: boolean;
  /** Logs and events of the last so many seconds only. */
  readonly sinceSeconds?: number;
  readonly types: readonly GatherType[];
  /** Parts that were asked for; absent for all. */
  readonly modules?: readonly GatherModule[];
  readonly clusters: readonly ArchivedCluster[];
}

export const GATHER_TYPES = ['logs', 'resources'] as const;
export type GatherType = (typeof GATHER_TYPES)[number];

const MAX_FOLDER = 60;

/** A folder for a context: the same one each time, another one for each context, and safe on every file system. */
export function folderOf(context: string): string {
  const safe = context.replaceAll(/[^a-z0-9._-]+/g, '_').slice(0, MAX_FOLDER);
  if (safe === context && !/^\.*$/.test(safe)) return safe;
  return `${safe.replace(/^\.+/, '')}-${createHash('sha256').update(context).digest('hex').slice(0, 8)}`;
}

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`;

/** Of pods that are not ours: what says where they are and how they do, and nothing of what they run with. */
export function slimPod(pod: Pod): Pod {
  const { annotations: _annotations, ...metadata } = pod.metadata;
  const { nodeName, hostNetwork, containers } = pod.spec;
  const spec = { ...(nodeName !== undefined && { nodeName }), ...(hostNetwork !== undefined && { hostNetwork }), containers: containers.map(({ name, image, ports }) => ({ name, image, ...(ports && { ports }) })) };
  return { ...pod, metadata, spec };
}

function thin(object: KubeObject, own: ReadonlySet<string>): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  // the server's note of who wrote a Lease when is what its age is told by
  const kept = object.kind === 'Lease' || managedFields === undefined ? object : { ...object, metadata };
  return kept.kind === 'Pod' && !own.has(metadata.namespace ?? '') ? slimPod(kept as Pod) : kept;
}

function happenedSince(object: KubeObject, sinceTime: number): boolean {
  const { lastTimestamp, firstTimestamp } = object as { readonly lastTimestamp?: string | null; readonly firstTimestamp?: string | null };
  return object.kind !== 'Event' || !(Date.parse(lastTimestamp ?? firstTimestamp ?? object.metadata.creationTimestamp ?? '') < sinceTime);
}

export interface RenderOptions {
  readonly redactor: Redactor;
  /** Namespaces whose pods are shown whole. */
  readonly own: readonly string[];
  /** Events before are left out, ms since the epoch. */
  readonly sinceTime: number;
}

const byKey = (a: KubeObject, b: KubeObject): number => ((a.metadata.namespace ?? '') + a.metadata.name < (b.metadata.namespace ?? '') + b.metadata.name ? -1 : 1);

/** The files of a recording: a list for each resource, which kubectl understands too, and the answers to other requests. */
export function renderRecording({ collections, paths }: Recording, { redactor, own, sinceTime }: RenderOptions): readonly TextFile[] {
  const whole = new Set([...own, DNS_NAMESPACE]);
  const lists = [...collections].map(([resource, { objects, lists: requests, misses }]) => {
    const items = [...objects.values()].filter((object) => happenedSince(object, sinceTime)).toSorted(byKey).map((object) => redactor.json(thin(object, whole)));
    return { path: `objects/${resource}.json`, text: toJson({ apiVersion: 'v1', kind: 'List', items, mcs: { requests, misses } }) };
  });
  return [...lists, { path: 'paths.json', text: toJson(redactor.json(paths)) }];
}

export function renderLog({ namespace, pod, container, isPrevious, text }: ContainerLog, redactor: Redactor): TextFile {
  return { path: `logs/${namespace}/${pod}/${container}${isPrevious ? '.previous' : ''}.log`, text: redactor.text(text) };
}

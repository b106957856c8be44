import { describeObject } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/types/index.ts';

/** `before` and `now` are empty where there is no such field. */
export interface FieldChange {
  /** `spec.ports[web].port`; empty where the whole object was added or removed, as `now` says then. */
  readonly field: string;
  readonly before: string;
  readonly now: string;
}

/** Fields that change all the time, or change with every other change, by their paths without indexes. */
const NOISE = [
  /^metadata\.(resourceVersion|generation|managedFields|creationTimestamp|selfLink)$/,
  /(^|\.)(lastTransitionTime|lastUpdateTime|lastHeartbeatTime|lastProbeTime|lastObservedTime|observedGeneration)$/,
  // heartbeats
  /^spec\.(renewTime|acquireTime)$/,
  /(^|\.)(latencyRTT|lastRTT|roundTripTime)(\.|$)/,
  /^metadata\.annotations\.(update-timestamp|control-plane\.alpha\.kubernetes\.io\/leader)$/,
  /^status\.(images|volumesInUse|volumesAttached)(\.|$)/,
];
/** Longer values are cut; the archive has them whole. */
const SHOWN = 120;

const isNoise = (path: string): boolean => NOISE.some((pattern) => pattern.test(path.replaceAll(/\[[^\]]*\]/g, '')));

function show(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands in a text that is JSON: the configuration of a member is compared field by field too. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** What tells an element of a list from its neighbours: a container, a condition, a tunnel, an endpoint. */
function nameOf(item: unknown): unknown {
  if (!isRecord(item)) return undefined;
  const { name, type, cluster, cluster_id: id, endpoint, spec, addresses } = item;
  const inner = [endpoint, spec].map((part) => (isRecord(part) ? part.cluster_id : undefined)).find((part) => part !== undefined);
  return name ?? type ?? cluster ?? id ?? inner ?? (Array.isArray(addresses) ? (addresses[0] as unknown) : undefined);
}

/** Elements of lists go by what names them, so that a new one in front does not change all others. */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map(nameOf);
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length ? names : undefined;
}

function byName(list: readonly unknown[]): Readonly<Record<string, unknown>> | undefined {
  const names = namesOf(list);
  return names && Object.fromEntries(names.map((name, index) => [`[${name}]`, list[index]]));
}

function join(path: string, key: string): string {
  return path === '' || key.startsWith('[') ? `${path}${key}` : `${path}.${key}`;
}

function diffFields(before: unknown, now: unknown, path: string): readonly FieldChange[] {
  if (path !== '' && isNoise(path)) return [];
  const [old, current] = [parsed(before), parsed(now)];
  const lists = Array.isArray(old) && Array.isArray(current) ? [byName(old), byName(current)] : [old, current];
  const [a, b] = lists;
  if (isRecord(a) && isRecord(b)) return [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted().flatMap((key) => diffFields(a[key], b[key], join(path, key)));
  return JSON.stringify(old) === JSON.stringify(current) ? [] : [{ field: path, before: show(old), now: show(current) }];
}

/** What changed in the objects of one resource, by their keys: whole objects that came or went, and fields. */
export function diffObjects(before: ReadonlyMap<string, KubeObject>, now: ReadonlyMap<string, KubeObject>): readonly (FieldChange & { readonly object: string })[] {
  return [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((key) => {
    const [old, current] = [before.get(key), now.get(key)];
    const present = current ?? old;
    if (present === undefined) return [];
    const object = describeObject(present);
    if (old === undefined || current === undefined) return [{ object, field: '', before: '', now: old === undefined ? 'added' : 'removed' }];
    // another object of the same name: what else differs follows from that
    if (old.metadata.uid !== current.metadata.uid) return [{ object, field: 'metadata.uid', before: show(old.metadata.uid), now: show(current.metadata.uid) }];
    return diffFields(old, current, '').map((change) => ({ object, ...change }));
  });
}

import { DNS_TEXT_END, GATEWAY_STUB_DOMAINS, MANAGED_BY, MANAGED_BY_MCS, STUB_DOMAIN } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import type { BlockStyle, BlockWish, TextEdit, TextEnd } from './block-text.ts';
import { type BlockPlace, CORE_KEY, type DetectedDns, detectClusterDns } from './detect.ts';
import type { DnsChange } from './dns-change.ts';
import { DNS_NAMESPACE, type DnsObjects, KUBE_DNS_MAP, type ObjectName } from './dns-objects.ts';
import { findObstacle, type Obstacle } from './obstacle.ts';
import { OPENSHIFT_DNS, type OpenShiftDns, unwireServers, wireServers } from './openshift-servers.ts';
import { formatStubNote, parseStubNote, unwireStubDomains, wireStubDomains } from './stub-domains.ts';
import type { WiringSubject } from './wiring-subject.ts';

export interface WiringWish {
  readonly subject: WiringSubject;
  /** Address of our name server. */
  readonly upstream: string;
  /** Where the user wants server blocks, in place of what is recognised. */
  readonly custom?: ObjectName;
}

export interface WiringPlan {
  readonly detected: DetectedDns;
  /** Nothing is wired then, and what we had written is taken out. */
  readonly obstacle: Obstacle | undefined;
  /** What is to be written; empty where all is as wanted. */
  readonly changes: readonly DnsChange[];
  /** Where our block or entry stands, once the changes are written. */
  readonly places: readonly string[];
  readonly notes: readonly string[];
}

type Data = Readonly<Record<string, string | null>>;

const describeMap = (name: ObjectName): string => `ConfigMap ${objectKey(name)}`;

/** The change of a ConfigMap; null takes a key away. One that we made is deleted with its last key. */
export function changeOf(map: ConfigMap | undefined, name: ObjectName, data: Data, annotations?: Data): DnsChange | undefined {
  const isChanged = ([key, value]: [string, string | null]): boolean => (map?.data?.[key] ?? null) !== value;
  const changed = Object.fromEntries(Object.entries(data).filter(isChanged));
  if (Object.keys(changed).length === 0) return undefined;
  const target = { resource: resources.configMaps, ...name };
  if (map === undefined) return { ...target, verb: 'create', body: { metadata: { ...name, labels: { [MANAGED_BY]: MANAGED_BY_MCS } }, data: changed } };
  const isLeft = Object.keys(map.data ?? {}).some((key) => changed[key] !== null);
  const isOurs = map.metadata.labels?.[MANAGED_BY] === MANAGED_BY_MCS;
  if (isOurs && !isLeft) return { ...target, verb: 'delete', seen: map.metadata };
  return { ...target, verb: 'patch', body: { metadata: { resourceVersion: map.metadata.resourceVersion, ...(annotations && { annotations }) }, data: changed } };
}

interface MapEdit {
  readonly data: Record<string, string | null>;
  readonly annotations: Record<string, string | null>;
  readonly notes: string[];
}

function noteText(edit: MapEdit, name: ObjectName, key: string, customKey: string, text: TextEdit): void {
  if (text.kind === 'damaged') return; // reported as an obstacle, and left alone
  edit.data[key] = text.text === '' && key === customKey ? null : text.text;
  edit.notes.push(...text.notes.map((note) => `${describeMap(name)}: ${note}`));
}

/** How the Corefile ended before ours came behind it. */
function notedEnd(map: ConfigMap | undefined): TextEnd {
  try {
    const end: unknown = JSON.parse(map?.metadata.annotations?.[DNS_TEXT_END] ?? 'null');
    return typeof end === 'string' && end.trim() === '' ? end : undefined;
  } catch {
    return undefined; // written by hand
  }
}

function wireKey(edit: MapEdit, map: ConfigMap | undefined, key: string, block: BlockStyle, wish: BlockWish): TextEdit {
  const text = map?.data?.[key] ?? '';
  if (key === CORE_KEY && block.endOf !== undefined && !block.hasMarks(text)) {
    const end = block.endOf(text);
    if (end !== notedEnd(map)) edit.annotations[DNS_TEXT_END] = end === undefined ? null : JSON.stringify(end);
  }
  return block.wire(text, wish);
}

function unwireKey(edit: MapEdit, map: ConfigMap | undefined, key: string, block: BlockStyle): TextEdit {
  const hasEnd = key === CORE_KEY && block.endOf !== undefined && map?.metadata.annotations?.[DNS_TEXT_END] !== undefined;
  if (hasEnd) edit.annotations[DNS_TEXT_END] = null;
  return block.unwire(map?.data?.[key] ?? '', hasEnd ? notedEnd(map) : undefined);
}

/** Blocks of ours, each where it is wanted and nowhere else. */
function editBlocks(map: ConfigMap | undefined, name: ObjectName, { block, customKey }: WiringSubject, wanted: ReadonlyMap<string, BlockWish>): MapEdit {
  const edit: MapEdit = { data: {}, annotations: {}, notes: [] };
  for (const [key, text] of Object.entries(map?.data ?? {})) {
    if (!wanted.has(key) && block.hasMarks(text)) noteText(edit, name, key, customKey, unwireKey(edit, map, key, block));
  }
  for (const [key, wish] of wanted) noteText(edit, name, key, customKey, wireKey(edit, map, key, block, wish));
  return edit;
}

function planBlocks({ configMaps }: DnsObjects, places: readonly BlockPlace[], { subject, upstream }: WiringWish): Pick<WiringPlan, 'changes' | 'notes'> {
  const names = new Map([...configMaps.values()].map(({ metadata: { name, namespace = '' } }) => [`${namespace}/${name}`, { name, namespace }]));
  for (const { name, namespace } of places) names.set(`${namespace}/${name}`, { name, namespace });
  names.delete(`${DNS_NAMESPACE}/${KUBE_DNS_MAP}`);
  const edits = [...names].map(([key, name]) => {
    const own = places.filter((place) => objectKey(place) === key);
    const wanted = new Map(own.map(({ key: dataKey, port, bind }) => [dataKey, { zones: subject.zones, upstream, port, ...(bind && { bind }) }]));
    const { data, annotations, notes } = editBlocks(configMaps.get(key), name, subject, wanted);
    return { change: changeOf(configMaps.get(key), name, data, Object.keys(annotations).length > 0 ? annotations : undefined), notes };
  });
  return { changes: edits.map(({ change }) => change).filter((change) => change !== undefined), notes: edits.flatMap(({ notes }) => notes) };
}

const KUBE_DNS: ObjectName = { namespace: DNS_NAMESPACE, name: KUBE_DNS_MAP };
const STUB_KEY = 'stubDomains';

/** Annotations of the parts that write entries there. */
const STUB_NOTES = [STUB_DOMAIN, GATEWAY_STUB_DOMAINS] as const;

interface StubPlan {
  readonly change?: DnsChange | undefined;
  readonly obstacle?: Obstacle;
}

function planStubs({ configMaps }: DnsObjects, { subject, upstream }: WiringWish, isWanted: boolean): StubPlan {
  const map = configMaps.get(objectKey(KUBE_DNS));
  if (map === undefined) return {};
  const { zones: domains, stubAnnotation } = subject;
  const notes = map.metadata.annotations ?? {};
  const note = parseStubNote(notes[stubAnnotation]);
  const text = map.data?.[STUB_KEY];
  if (!isWanted) {
    if (note === undefined) return {};
    return { change: changeOf(map, KUBE_DNS, { [STUB_KEY]: unwireStubDomains(text, note) ?? null }, { [stubAnnotation]: null }) };
  }
  const edit = wireStubDomains(text, domains, upstream, note);
  const where = `${describeMap(KUBE_DNS)}, key ${STUB_KEY}`;
  if (edit.kind === 'foreign') return { obstacle: { reason: 'foreign-block', zone: edit.domain, where } };
  if (edit.kind === 'unreadable') return { obstacle: { reason: 'unreadable', where } };
  // whoever is the last to go takes the key along that one of us has made
  const isCreated = note?.isCreated ?? (text === undefined || STUB_NOTES.some((key) => parseStubNote(notes[key])?.isCreated === true));
  return { change: changeOf(map, KUBE_DNS, { [STUB_KEY]: edit.text }, { [stubAnnotation]: formatStubNote({ upstream, isCreated, domains }) }) };
}

function planServers(dns: OpenShiftDns | undefined, { subject, upstream }: WiringWish, isWanted: boolean): DnsChange | undefined {
  if (dns === undefined) return undefined;
  const standing = dns.spec?.servers;
  const servers = isWanted ? wireServers(standing, subject.serverName, subject.zones, upstream) : unwireServers(standing, subject.serverName);
  if (JSON.stringify(servers) === JSON.stringify(standing)) return undefined;
  const body = { metadata: { resourceVersion: dns.metadata.resourceVersion }, spec: { servers: servers ?? null } };
  return { resource: OPENSHIFT_DNS, name: dns.metadata.name, verb: 'patch', body };
}

function placesOf({ kind, places }: DetectedDns, { serverName, customKey }: WiringSubject): string[] {
  if (kind === 'openshift') return [`DNS default, server "${serverName}"`];
  if (kind === 'kube-dns') return [`${describeMap(KUBE_DNS)}, key ${STUB_KEY}`];
  return places.map((place) => `${describeMap(place)}${place.key === customKey ? `, key ${customKey}` : ''}`);
}

function plan(objects: DnsObjects, wish: WiringWish, detected: DetectedDns, obstacle: Obstacle | undefined, isWanted: boolean): WiringPlan {
  const { kind, places } = detected;
  const stubs = planStubs(objects, wish, isWanted && kind === 'kube-dns');
  if (stubs.obstacle !== undefined) return { detected, obstacle: stubs.obstacle, changes: [], places: [], notes: [] };
  const blocks = planBlocks(objects, isWanted ? places : [], wish);
  const others = [stubs.change, planServers(objects.openShift, wish, isWanted && kind === 'openshift')].filter((change) => change !== undefined);
  return { detected, obstacle, changes: [...blocks.changes, ...others], places: isWanted ? placesOf(detected, wish.subject) : [], notes: blocks.notes };
}

function detect(objects: DnsObjects, { customKey }: WiringSubject, custom?: ObjectName): DetectedDns {
  return detectClusterDns(objects, { customKey, ...(custom && { custom }) });
}

/** What makes the cluster's own DNS forward the subject's zones to ours, and nothing else. */
export function planWiring(objects: DnsObjects, wish: WiringWish): WiringPlan {
  const detected = detect(objects, wish.subject, wish.custom);
  const unreadable: Obstacle | undefined = detected.unreadable === undefined ? undefined : { reason: 'unreadable', where: detected.unreadable };
  const obstacle = findObstacle(objects, wish.subject) ?? unreadable;
  return plan(objects, wish, detected, obstacle, obstacle === undefined && detected.kind !== 'none');
}

/** What takes out all that carries the subject's names, wherever it stands. */
export function planUnwiring(objects: DnsObjects, subject: WiringSubject): WiringPlan {
  const damaged = findObstacle(objects, subject);
  return plan(objects, { subject, upstream: '' }, detect(objects, subject), damaged?.reason === 'damaged-marks' ? damaged : undefined, false);
}

/** Without an address of our name server there is nothing to forward to, and nothing may forward to nowhere. */
export function planForwarding(objects: DnsObjects, subject: WiringSubject, upstream: string | undefined, custom: ObjectName | undefined): WiringPlan {
  return upstream === undefined ? planUnwiring(objects, subject) : planWiring(objects, { subject, upstream, ...(custom && { custom }) });
}

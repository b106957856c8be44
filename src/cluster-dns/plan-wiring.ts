import { MANAGED_BY, MANAGED_BY_MCS, STUB_DOMAIN } from '../api/labels.ts';
import { objectKey, resources } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import { type BlockPlace, CUSTOM_KEY, type DetectedDns, detectClusterDns } from './detect.ts';
import type { DnsChange } from './dns-change.ts';
import { DNS_NAMESPACE, type DnsObjects, KUBE_DNS_MAP, type ObjectName } from './dns-objects.ts';
import { type BlockWish, hasMarks, type TextEdit, unwireText, wireText } from './marked-block.ts';
import { findObstacle, type Obstacle } from './obstacle.ts';
import { OPENSHIFT_DNS, type OpenShiftDns, SERVER_NAME, unwireServers, wireServers } from './openshift-servers.ts';
import { formatStubNote, parseStubNote, unwireStubDomains, wireStubDomains } from './stub-domains.ts';

export interface WiringWish {
  /** The zone: `clusterset.local`. */
  readonly domain: string;
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
function changeOf(map: ConfigMap | undefined, name: ObjectName, data: Data, annotations?: Data): DnsChange | undefined {
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
  readonly notes: string[];
}

function noteText(edit: MapEdit, name: ObjectName, key: string, text: TextEdit): void {
  if (text.kind === 'damaged') return; // reported as an obstacle, and left alone
  edit.data[key] = text.text === '' && key === CUSTOM_KEY ? null : text.text;
  edit.notes.push(...text.notes.map((note) => `${describeMap(name)}: ${note}`));
}

/** Blocks of ours, each where it is wanted and nowhere else. */
function editBlocks(map: ConfigMap | undefined, name: ObjectName, wanted: ReadonlyMap<string, BlockWish>): MapEdit {
  const edit: MapEdit = { data: {}, notes: [] };
  for (const [key, text] of Object.entries(map?.data ?? {})) {
    if (!wanted.has(key) && hasMarks(text)) noteText(edit, name, key, unwireText(text));
  }
  for (const [key, wish] of wanted) noteText(edit, name, key, wireText(map?.data?.[key] ?? '', wish));
  return edit;
}

function planBlocks({ configMaps }: DnsObjects, places: readonly BlockPlace[], wish: WiringWish): Pick<WiringPlan, 'changes' | 'notes'> {
  const names = new Map([...configMaps.values()].map(({ metadata: { name, namespace = '' } }) => [`${namespace}/${name}`, { name, namespace }]));
  for (const { name, namespace } of places) names.set(`${namespace}/${name}`, { name, namespace });
  names.delete(`${DNS_NAMESPACE}/${KUBE_DNS_MAP}`);
  const edits = [...names].map(([key, name]) => {
    const own = places.filter((place) => objectKey(place) === key);
    const wanted = new Map(own.map(({ key: dataKey, port, bind }) => [dataKey, { domain: wish.domain, upstream: wish.upstream, port, ...(bind && { bind }) }]));
    const { data, notes } = editBlocks(configMaps.get(key), name, wanted);
    return { change: changeOf(configMaps.get(key), name, data), notes };
  });
  return { changes: edits.map(({ change }) => change).filter((change) => change !== undefined), notes: edits.flatMap(({ notes }) => notes) };
}

const KUBE_DNS: ObjectName = { namespace: DNS_NAMESPACE, name: KUBE_DNS_MAP };
const STUB_KEY = 'stubDomains';

interface StubPlan {
  readonly change?: DnsChange | undefined;
  readonly obstacle?: Obstacle;
}

function planStubs({ configMaps }: DnsObjects, wish: WiringWish, isWanted: boolean): StubPlan {
  const map = configMaps.get(objectKey(KUBE_DNS));
  if (map === undefined) return {};
  const note = parseStubNote(map.metadata.annotations?.[STUB_DOMAIN]);
  const text = map.data?.[STUB_KEY];
  if (!isWanted) {
    if (note === undefined) return {};
    return { change: changeOf(map, KUBE_DNS, { [STUB_KEY]: unwireStubDomains(text, wish.domain, note) ?? null }, { [STUB_DOMAIN]: null }) };
  }
  const edit = wireStubDomains(text, wish.domain, wish.upstream, note);
  if (edit.kind !== 'text') return { obstacle: { reason: edit.kind === 'foreign' ? 'foreign-block' : 'unreadable', where: `${describeMap(KUBE_DNS)}, key ${STUB_KEY}` } };
  const written = formatStubNote({ upstream: wish.upstream, isCreated: note?.isCreated ?? text === undefined });
  return { change: changeOf(map, KUBE_DNS, { [STUB_KEY]: edit.text }, { [STUB_DOMAIN]: written }) };
}

function planServers(dns: OpenShiftDns | undefined, wish: WiringWish, isWanted: boolean): DnsChange | undefined {
  if (dns === undefined) return undefined;
  const standing = dns.spec?.servers;
  const servers = isWanted ? wireServers(standing, wish.domain, wish.upstream) : unwireServers(standing);
  if (JSON.stringify(servers) === JSON.stringify(standing)) return undefined;
  const body = { metadata: { resourceVersion: dns.metadata.resourceVersion }, spec: { servers: servers ?? null } };
  return { resource: OPENSHIFT_DNS, name: dns.metadata.name, verb: 'patch', body };
}

function placesOf({ kind, places }: DetectedDns): string[] {
  if (kind === 'openshift') return [`DNS default, server "${SERVER_NAME}"`];
  if (kind === 'kube-dns') return [`${describeMap(KUBE_DNS)}, key ${STUB_KEY}`];
  return places.map((place) => `${describeMap(place)}${place.key === CUSTOM_KEY ? `, key ${CUSTOM_KEY}` : ''}`);
}

function plan(objects: DnsObjects, wish: WiringWish, detected: DetectedDns, obstacle: Obstacle | undefined, isWanted: boolean): WiringPlan {
  const { kind, places } = detected;
  const stubs = planStubs(objects, wish, isWanted && kind === 'kube-dns');
  if (stubs.obstacle !== undefined) return { detected, obstacle: stubs.obstacle, changes: [], places: [], notes: [] };
  const blocks = planBlocks(objects, isWanted ? places : [], wish);
  const others = [stubs.change, planServers(objects.openShift, wish, isWanted && kind === 'openshift')].filter((change) => change !== undefined);
  return { detected, obstacle, changes: [...blocks.changes, ...others], places: isWanted ? placesOf(detected) : [], notes: blocks.notes };
}

/** What makes the cluster's own DNS forward the domain to ours, and nothing else. */
export function planWiring(objects: DnsObjects, wish: WiringWish): WiringPlan {
  const detected = detectClusterDns(objects, wish.custom);
  const unreadable: Obstacle | undefined = detected.unreadable === undefined ? undefined : { reason: 'unreadable', where: detected.unreadable };
  const obstacle = findObstacle(objects, wish.domain) ?? unreadable;
  return plan(objects, wish, detected, obstacle, obstacle === undefined && detected.kind !== 'none');
}

/** What takes out all that is ours, wherever it stands. */
export function planUnwiring(objects: DnsObjects, domain: string): WiringPlan {
  const wish = { domain, upstream: '' };
  const damaged = findObstacle(objects, domain);
  return plan(objects, wish, detectClusterDns(objects), damaged?.reason === 'damaged-marks' ? damaged : undefined, false);
}

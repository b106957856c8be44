import { objectKey } from '../api/resources.ts';
import type { ConfigMap } from '../api/types/index.ts';
import { type Corefile, type Directive, parseCorefile, parseServerKey } from './corefile.ts';
import { type DnsObjects, KUBE_DNS_MAP } from './dns-objects.ts';
import { findForeignServer } from './openshift-servers.ts';
import type { WiringSubject } from './wiring-subject.ts';

/** Why nothing is wired by us. */
export interface Obstacle {
  /**
   * `multicluster`: CoreDNS itself serves the zone from the same ServiceImports. `foreign-zone`: a
   * plugin in a server block of the user's serves the zone, or one inside it.
   */
  readonly reason: 'multicluster' | 'lighthouse' | 'foreign-block' | 'foreign-zone' | 'damaged-marks' | 'unreadable';
  /** The zone that somebody else serves; with marks and texts that are not understood there is none. */
  readonly zone?: string;
  /** `ConfigMap kube-system/coredns`, with the key where it is not the Corefile. */
  readonly where: string;
}

const LIGHTHOUSE_MARK = '#lighthouse-start';

const isZone = (arg: string, zone: string): boolean => parseServerKey(arg).zone === zone;

function servesMultiCluster(directive: Directive, zone: string): boolean {
  const { name, args, options } = directive;
  // the plugin of its own, and the option of `kubernetes` since CoreDNS 1.12.2
  if (name === 'multicluster') return args.some((arg) => isZone(arg, zone));
  return name === 'kubernetes' && args.some((arg) => isZone(arg, zone)) && options.some((option) => servesMultiCluster(option, zone));
}

/** Plugins whose arguments are zones that they answer for; a server of ours for the same zone would silence them. */
const SERVING: ReadonlySet<string> = new Set(['auto', 'etcd', 'file', 'forward', 'hosts', 'k8s_external', 'kubernetes', 'secondary']);

function servesZone({ name, args }: Directive, zone: string): boolean {
  if (!SERVING.has(name)) return false;
  // of `forward` only the first is a zone; a suffix above a zone of the cluster itself would take all of its names
  const zones = (name === 'forward' ? args.slice(0, 1) : args).map((arg) => parseServerKey(arg).zone);
  return zones.some((served) => served === zone || (name === 'kubernetes' && (served.endsWith(`.${zone}`) || hasObjects(zone, served))));
}

/** Whether a zone is one of Services or pods, or lies in one. */
const hasObjects = (zone: string, cluster: string): boolean => ['svc', 'pod'].some((kind) => `.${zone}`.endsWith(`.${kind}.${cluster}`));

function isUsersBlock({ blocks }: Corefile, zone: string): boolean {
  return blocks.some(({ keys }) => keys.some((key) => isZone(key, zone)));
}

function isLighthouse(key: string, text: string): boolean {
  return key === 'lighthouse.server' || text.includes(LIGHTHOUSE_MARK);
}

/** An `.override` is the inside of a server block. */
function parseKey(key: string, text: string): Corefile | undefined {
  return parseCorefile(key.endsWith('.override') ? `. {\n${text}\n}` : text);
}

type Found = Pick<Obstacle, 'reason' | 'zone'>;

function findZone(corefile: Corefile, key: string, text: string, zone: string): Found | undefined {
  const directives = corefile.blocks.flatMap((block) => block.directives);
  if (directives.some((directive) => servesMultiCluster(directive, zone))) return { reason: 'multicluster', zone };
  if (isUsersBlock(corefile, zone)) return { reason: isLighthouse(key, text) ? 'lighthouse' : 'foreign-block', zone };
  return directives.some((directive) => servesZone(directive, zone)) ? { reason: 'foreign-zone', zone } : undefined;
}

function findInText(key: string, text: string, { zones, block }: WiringSubject): Found | undefined {
  const edit = block.unwire(text);
  if (edit.kind === 'damaged') return { reason: 'damaged-marks' };
  const corefile = parseKey(key, edit.text);
  if (corefile === undefined) return undefined; // an unreadable key of the user's own is none of ours
  return zones.map((zone) => findZone(corefile, key, text, zone)).find((found) => found !== undefined);
}

const isConfiguration = (key: string): boolean => key === 'Corefile' || key.endsWith('.server') || key.endsWith('.override');

function findInMap(map: ConfigMap, subject: WiringSubject): Obstacle | undefined {
  for (const [key, text] of Object.entries(map.data ?? {})) {
    const found = isConfiguration(key) ? findInText(key, text, subject) : undefined;
    if (found !== undefined) return { ...found, where: `ConfigMap ${objectKey(map.metadata)}${key === 'Corefile' ? '' : `, key ${key}`}` };
  }
  return undefined;
}

/** Who serves one of the zones already, apart from us. */
export function findObstacle({ configMaps, openShift }: DnsObjects, subject: WiringSubject): Obstacle | undefined {
  const foreign = openShift && findForeignServer(openShift, subject.serverName, subject.zones);
  if (foreign !== undefined) {
    const zone = subject.zones.find((one) => foreign.zones.some((served) => isZone(served, one)));
    return { reason: foreign.name === 'lighthouse' ? 'lighthouse' : 'foreign-block', where: `DNS default, server "${foreign.name}"`, ...(zone !== undefined && { zone }) };
  }
  const maps = [...configMaps.values()].filter(({ metadata }) => metadata.name !== KUBE_DNS_MAP);
  return maps.map((map) => findInMap(map, subject)).find((obstacle) => obstacle !== undefined);
}

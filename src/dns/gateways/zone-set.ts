import { withSoa, type Zone } from '../zone.ts';
import { parentOf } from './name-tree.ts';

/** The zones that names of gateways lie in. */
export interface GatewayZoneSet {
  /** The zone that a name lies in, the longest one. */
  find(name: string): Zone | undefined;
  /** A record came. False where it lies in no zone, and cannot make one. */
  add(hostname: string): boolean;
  /** A record that was added has gone. */
  remove(hostname: string): void;
}

/** What all zones have in common. */
export type ZoneSettings = Omit<Zone, 'name' | 'soa'>;

function findLongest(name: string, find: (name: string) => Zone | undefined): Zone | undefined {
  for (let each: string | undefined = name; each !== undefined; each = parentOf(each)) {
    const zone = find(each);
    if (zone !== undefined) return zone;
  }
  return undefined;
}

/** Zones that were configured. */
export function fixedZones(suffixes: readonly string[], settings: ZoneSettings): GatewayZoneSet {
  const zones = new Map(suffixes.map((name) => [name, withSoa({ ...settings, name })]));
  const find = (name: string): Zone | undefined => findLongest(name, (each) => zones.get(each));
  return { find, add: (hostname) => find(hostname) !== undefined, remove: () => undefined };
}

/** A cluster's or a namespace's name may be `clusters` too. */
const GATEWAY_NAME = /^.+?\.gateway\.[^.]+(?:\.[^.]+)+?\.clusters\.(.+)$/;
const MARK = '.clusters.';

/** The zone of a record where none is configured: what stands behind `.clusters.`, else the parent of its name. */
export function deriveZone(hostname: string): string {
  const gateway = GATEWAY_NAME.exec(hostname)?.[1];
  if (gateway !== undefined) return gateway;
  const at = hostname.indexOf(MARK);
  return at < 0 ? (parentOf(hostname) ?? hostname) : hostname.slice(at + MARK.length);
}

/** Zones without a record that are remembered. */
const MAX_EMPTY = 100;

/**
 * Zones that follow from the records. One that has lost its last record is kept: the cluster's DNS
 * still sends its questions here, and "no such name" is what they are to hear.
 */
export function derivedZones(settings: ZoneSettings): GatewayZoneSet {
  const zones = new Map<string, { readonly zone: Zone; readonly records: number }>();
  const change = (hostname: string, by: number): void => {
    const name = deriveZone(hostname);
    const { zone, records } = zones.get(name) ?? { zone: withSoa({ ...settings, name }), records: 0 };
    zones.delete(name);
    zones.set(name, { zone, records: records + by }); // the order is that of the last change
    const empty = records + by === 0 ? [...zones].filter(([, each]) => each.records === 0) : [];
    for (const [each] of empty.slice(0, Math.max(0, empty.length - MAX_EMPTY))) zones.delete(each);
  };
  return {
    find: (name) => findLongest(name, (each) => zones.get(each)?.zone),
    add: (hostname) => {
      change(hostname, 1);
      return true;
    },
    remove: (hostname) => change(hostname, -1),
  };
}

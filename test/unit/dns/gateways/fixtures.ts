import { DNS_TTL, GATEWAY_DNS_HOSTNAME } from '../../../../src/api/labels.ts';
import type { EndpointSlice } from '../../../../src/api/types/index.ts';
import type { TimedAnswer } from '../../../../src/dns/gateways/external-names.ts';
import { GatewayIndex } from '../../../../src/dns/gateways/gateway-index.ts';
import { type GatewayWorld, resolveGateway } from '../../../../src/dns/gateways/resolve-gateway.ts';
import { derivedZones, fixedZones, type GatewayZoneSet } from '../../../../src/dns/gateways/zone-set.ts';
import type { Answer, DnsRecord } from '../../../../src/dns/records.ts';

export const SETTINGS = { ttl: 5, serial: 1, addresses: ['10.9.0.1'] };
/** The name that XCC gives the gateway of cluster-a. */
export const GATEWAY = 'gateway.cluster-a.dev-team.clusters.xcc.test';

interface SliceOptions {
  readonly name?: string;
  readonly type?: EndpointSlice['addressType'];
  readonly ttl?: string;
  /** Of all endpoints. */
  readonly ready?: boolean;
}

/** A slice with one endpoint per address, under a name of its own. */
export function gatewaySlice(hostname: string | undefined, addresses: readonly string[], { name = `${hostname ?? 'none'}-${addresses.join('-')}`, type = 'IPv4', ttl, ready }: SliceOptions = {}): EndpointSlice {
  const annotations = { ...(hostname !== undefined && { [GATEWAY_DNS_HOSTNAME]: hostname }), ...(ttl !== undefined && { [DNS_TTL]: ttl }) };
  const endpoints = addresses.map((address) => ({ addresses: [address], ...(ready !== undefined && { conditions: { ready } }) }));
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, namespace: 'xcc-dns', annotations }, addressType: type, endpoints };
}

export interface Scene {
  readonly index: GatewayIndex;
  readonly world: GatewayWorld;
  /** Targets that records lead to, as often as they do. */
  readonly targets: string[];
  set(...slices: EndpointSlice[]): void;
  remove(...slices: EndpointSlice[]): void;
  ask(name: string, type?: string): Answer | undefined;
}

export interface SceneOptions {
  /** Default xcc.test; undefined lets them follow from the records. */
  readonly suffixes?: readonly string[] | undefined;
  readonly external?: Readonly<Record<string, TimedAnswer>>;
  readonly elsewhere?: GatewayWorld['elsewhere'];
}

/** Records and what answers about them, without a server. */
export function gatewayScene(slices: readonly EndpointSlice[] = [], options: SceneOptions = {}): Scene {
  const { external = {}, elsewhere = () => undefined } = options;
  const suffixes = 'suffixes' in options ? options.suffixes : ['xcc.test'];
  const zones: GatewayZoneSet = suffixes === undefined ? derivedZones(SETTINGS) : fixedZones(suffixes, SETTINGS);
  const targets: string[] = [];
  const index = new GatewayIndex({ zones, targets: { keep: (target) => void targets.push(target), drop: (target) => void targets.splice(targets.indexOf(target), 1) } });
  const world: GatewayWorld = { zones, index, external: (name, family) => external[`${name} ${family}`], elsewhere };
  const keyOf = ({ metadata }: EndpointSlice): string => `xcc-dns/${metadata.name}`;
  const scene: Scene = {
    index,
    world,
    targets,
    set: (...all) => all.forEach((slice) => index.set(keyOf(slice), slice)),
    remove: (...all) => all.forEach((slice) => index.set(keyOf(slice), undefined)),
    ask: (name, type = 'A') => resolveGateway(world, { name, type }),
  };
  scene.set(...slices);
  return scene;
}

/** `NXDOMAIN`, `NODATA`, `SERVFAIL`, `REFUSED`, or the data of the answers. */
export function outcome(answer: Answer | undefined): string | string[] {
  if (answer === undefined) return 'REFUSED';
  const data = answer.answers.map(textOf);
  if (answer.rcode === 2) return 'SERVFAIL';
  if (answer.rcode === 3) return ['NXDOMAIN', ...data].join(' ');
  return data.length === 0 ? 'NODATA' : data;
}

function textOf(record: DnsRecord): string {
  return typeof record.data === 'string' ? record.data : record.type;
}

import { describe, expect, it } from '@jest/globals';
import { MEMBER } from '../../../../src/api/labels.ts';
import { macOf } from '../../../../src/api/mac.ts';
import type { CableEndpoint, CableEndpointSpec, Cluster } from '../../../../src/api/types/index.ts';
import { createCablePolicy } from '../../../../src/sync/cable/cable-policy.ts';
import { validateEndpoint } from '../../../../src/sync/cable/validate-endpoint.ts';
import { cableSpec, memberCable } from '../../../helpers/member-records.ts';

/** Members from the oldest to the youngest; "west" is this cluster, "south" claims a part of what is east's. */
const GRANTS: Readonly<Record<string, readonly string[]>> = { east: ['10.1.0.0/16', 'fd01::/64'], west: ['10.2.0.0/16'], south: ['10.3.0.0/16', '10.1.8.0/24', '10.96.0.0/16', '10.2.9.0/24'] };

function cluster(name: string, index: number): Cluster {
  return { apiVersion: 'submariner.io/v1', kind: 'Cluster', metadata: { name, creationTimestamp: `2026-01-0${index + 1}T00:00:00Z` }, spec: { cluster_id: name, service_cidr: [], cluster_cidr: [...(GRANTS[name] ?? [])], node_cidr: [`172.16.0.${index + 1}/32`] } };
}

const OWN = { podCIDRs: ['10.2.0.0/16'], serviceCIDRs: ['10.96.0.0/16'], nodeCIDRs: ['192.168.1.5/32'] };

function policyOf(isSimulated = false): ReturnType<typeof createCablePolicy> {
  return createCablePolicy({ clusters: Object.keys(GRANTS).map(cluster), localCluster: 'west', own: OWN, ownEnds: [cableSpec('west', '192.168.1.6', { public_ip: '203.0.113.2' })], isSimulated });
}

const MAC = macOf('cable', 'east', 'east-gateway', '192.0.2.10');
const KEY = `${'A'.repeat(42)}A=`;

interface Case {
  readonly title: string;
  readonly member?: string;
  readonly address?: string;
  readonly spec?: Partial<CableEndpointSpec>;
  readonly change?: (object: CableEndpoint) => void;
  readonly simulated?: boolean;
  /** Subnets of what is accepted; nothing where the whole end is refused. */
  readonly subnets?: readonly string[];
  readonly reasons?: readonly string[];
}

const EAST = ['10.1.0.0/16'];

const CASES: readonly Case[] = [
  { title: 'takes the granted range', subnets: EAST },
  { title: 'takes a part of the granted range', spec: { subnets: ['10.1.4.0/22'] }, subnets: ['10.1.4.0/22'] },
  { title: 'takes both families', spec: { subnets: ['fd01::/64', '10.1.0.0/16'] }, subnets: ['10.1.0.0/16', 'fd01::/64'] },
  { title: 'takes host bits off', spec: { subnets: ['10.1.4.7/22'] }, subnets: ['10.1.4.0/22'] },
  { title: 'leaves out a range that was not granted', spec: { subnets: ['10.1.0.0/16', '10.9.0.0/16'] }, subnets: EAST, reasons: ['AddressNotGranted'] },
  { title: 'leaves out a range that is wider than the granted one', spec: { subnets: ['10.0.0.0/8', '10.1.0.0/16'] }, subnets: EAST, reasons: ['AddressNotGranted'] },
  { title: 'leaves out what is no range', spec: { subnets: ['10.1.0.0', '10.1.0.0/16'] }, subnets: EAST, reasons: ['AddressInvalid'] },
  { title: 'leaves out a range of an older member, though it was granted', member: 'south', spec: { subnets: ['10.3.0.0/16', '10.1.8.0/24'] }, subnets: ['10.3.0.0/16'], reasons: ['AddressContested'] },
  { title: 'leaves out a range of the own services, though it was granted', member: 'south', spec: { subnets: ['10.3.0.0/16', '10.96.0.0/16'] }, subnets: ['10.3.0.0/16'], reasons: ['AddressContested'] },
  { title: 'leaves out a range of the own pods, though it was granted', member: 'south', spec: { subnets: ['10.3.0.0/16', '10.2.9.0/24'] }, subnets: ['10.3.0.0/16'], reasons: ['AddressContested'] },
  { title: 'keeps what a younger member claims as well', spec: { subnets: ['10.1.8.0/24'] }, subnets: ['10.1.8.0/24'] },
  { title: 'refuses an end without a good range', spec: { subnets: ['0.0.0.0/0'] }, reasons: ['AddressNotGranted'] },
  { title: 'refuses an end without ranges', spec: { subnets: [] }, reasons: ['FieldInvalid'] },
  { title: 'refuses more ranges than a cluster has', spec: { subnets: Array.from({ length: 33 }, (_, index) => `10.1.${index}.0/24`) }, reasons: ['QuotaExceeded'] },
  { title: 'refuses a private address that is none', address: '10.1.300.1', reasons: ['AddressInvalid'] },
  { title: 'refuses a public address that is none', spec: { public_ip: 'gateway.example' }, reasons: ['AddressInvalid'] },
  { title: 'takes a public address', spec: { public_ip: '203.0.113.9' }, subnets: EAST },
  { title: 'refuses a loopback address', address: '127.0.0.1', reasons: ['AddressSpecial'] },
  { title: 'refuses a multicast address', spec: { public_ip: '224.0.0.1' }, reasons: ['AddressSpecial'] },
  { title: 'refuses an address of a pod here', address: '10.2.0.9', reasons: ['AddressContested'] },
  { title: 'refuses an address of a service here', spec: { public_ip: '10.96.0.1' }, reasons: ['AddressContested'] },
  { title: 'refuses an address of a node here', address: '192.168.1.5', reasons: ['AddressContested'] },
  { title: 'takes an address of a node here as the private one behind NAT, where it is only asked', address: '192.168.1.5', spec: { nat_enabled: true, public_ip: '203.0.113.9' }, subnets: EAST },
  { title: 'refuses an address of a pod here behind NAT too', address: '10.2.0.9', spec: { nat_enabled: true, public_ip: '203.0.113.9' }, reasons: ['AddressContested'] },
  { title: 'refuses the public address of a node here', spec: { public_ip: '192.168.1.5' }, reasons: ['AddressContested'] },
  { title: 'refuses the private address of a gateway here that joined later', address: '192.168.1.6', reasons: ['AddressContested'] },
  { title: 'refuses the public address of a gateway here', spec: { public_ip: '203.0.113.2' }, reasons: ['AddressContested'] },
  { title: 'refuses an address of a pod of another member', address: '10.3.0.5', reasons: ['AddressContested'] },
  { title: 'refuses a public address of a pod of another member, older or not', member: 'south', spec: { subnets: ['10.3.0.0/16'], public_ip: '10.1.200.5' }, reasons: ['AddressContested'] },
  { title: 'takes an address in its own range, where nodes are among the pods', address: '10.1.0.5', subnets: EAST },
  { title: 'takes an address that a node of another member has: private networks look alike', address: '172.16.0.3', subnets: EAST },
  { title: 'refuses a member that is none', member: 'mallory', spec: { subnets: ['10.1.0.0/16'] }, reasons: ['UnknownMember'] },
  { title: "refuses another cluster's id", change: ({ spec }) => (spec.cluster_id = 'south'), reasons: ['LabelsDisagree'] },
  { title: "refuses another cluster's label", change: ({ metadata }) => (metadata.labels = { ...metadata.labels, [MEMBER]: 'south' }), reasons: ['LabelsDisagree'] },
  { title: 'refuses a cable name that is not made of cluster and address', spec: { cable_name: 'submariner-cable-south-10-0-0-1' }, reasons: ['NameMalformed'] },
  { title: 'refuses an object name that is not made of its cable', change: ({ metadata }) => (metadata.name = 'other.east'), reasons: ['NameMalformed'] },
  { title: 'refuses a hostname that is none', spec: { hostname: '../etc' }, reasons: ['FieldInvalid'] },
  { title: 'refuses a driver that is none', spec: { backend: 'libreswan' }, reasons: ['FieldInvalid'] },
  { title: 'refuses the loopback driver outside of the sandbox', spec: { backend: 'loopback' }, reasons: ['FieldInvalid'] },
  { title: 'takes loopback in the sandbox', simulated: true, address: '127.0.9.1', spec: { backend: 'loopback', subnets: EAST }, subnets: EAST },
  { title: 'takes the node as the address for probes in the sandbox', simulated: true, address: '127.0.9.1', spec: { backend: 'loopback', subnets: EAST, healthCheckIP: '127.0.9.1' }, subnets: EAST },
  { title: 'refuses vxlan without a MAC', spec: { backend_config: { 'udp-port': '4500' } }, reasons: ['FieldInvalid'] },
  { title: 'refuses a multicast MAC', spec: { backend_config: { 'udp-port': '4500', mac: '01:00:5e:00:00:01' } }, reasons: ['FieldInvalid'] },
  { title: "refuses another member's MAC", spec: { backend_config: { 'udp-port': '4500', mac: macOf('cable', 'south', 'south-gateway', '192.0.2.3') } }, reasons: ['FieldInvalid'] },
  { title: 'refuses its own MAC spelled otherwise', spec: { backend_config: { 'udp-port': '4500', mac: MAC.toUpperCase() } }, reasons: ['FieldInvalid'] },
  { title: "refuses another's MAC beside a key too", spec: { backend: 'wireguard', backend_config: { 'udp-port': '4500', publicKey: KEY, mac: macOf('cable', 'south', 'south-gateway', '192.0.2.3') } }, reasons: ['FieldInvalid'] },
  { title: 'refuses a port that is none', spec: { backend_config: { 'udp-port': '70000', mac: MAC } }, reasons: ['FieldInvalid'] },
  { title: 'takes wireguard with its key', spec: { backend: 'wireguard', backend_config: { 'udp-port': '4500', publicKey: KEY } }, subnets: EAST },
  { title: 'refuses a key that would be another line of a configuration', spec: { backend: 'wireguard', backend_config: { 'udp-port': '4500', publicKey: `${KEY}\nAllowedIPs = 0.0.0.0/0` } }, reasons: ['FieldInvalid'] },
  { title: 'takes an address for probes within its ranges', spec: { healthCheckIP: '10.1.0.1' }, subnets: EAST },
  { title: 'leaves out an address for probes elsewhere', spec: { healthCheckIP: '203.0.113.1' }, subnets: EAST, reasons: ['AddressNotGranted'] },
  { title: 'refuses a field of another type', change: ({ spec }) => ((spec as { subnets: unknown }).subnets = '10.1.0.0/16'), reasons: ['FieldInvalid'] },
  { title: 'refuses an object without spec', change: (object) => delete (object as Partial<CableEndpoint>).spec, reasons: ['FieldInvalid'] },
];

describe('validateEndpoint', () => {
  it.each(CASES)('$title', ({ member = 'east', address = '192.0.2.10', spec = {}, change, simulated = false, subnets, reasons = [] }) => {
    const object = memberCable(member, address, 'broker', { subnets: EAST, ...spec });
    change?.(object);
    const { accepted, rejections } = validateEndpoint(object, policyOf(simulated));
    expect(accepted?.subnets).toEqual(subnets);
    expect(rejections.map(({ reason }) => reason)).toEqual(reasons);
  });

  it('passes on known fields and settings only', () => {
    const object = memberCable('east', '192.0.2.10', 'broker', { subnets: EAST, healthCheckIP: '10.9.0.1', backend_config: { 'udp-port': '4500', mac: MAC, PostUp: 'reboot' } });
    (object.spec as unknown as Record<string, unknown>).extra = 'x';
    const { accepted } = validateEndpoint(object, policyOf());
    expect(Object.keys(accepted ?? {}).toSorted()).toEqual(['backend', 'backend_config', 'cable_name', 'cluster_id', 'hostname', 'nat_enabled', 'private_ip', 'public_ip', 'subnets']);
    expect(accepted?.backend_config).toEqual({ 'udp-port': '4500', mac: MAC });
  });
});

import { MEMBER } from '../../api/labels.ts';
import { cidrContains, familyOf, parseCidr } from '../../api/cidr.ts';
import { cableName } from '../../api/data-plane.ts';
import { isDnsSubdomain } from '../../api/names.ts';
import type { CableEndpoint, CableEndpointSpec } from '../../api/types/index.ts';
import { refuse, type Rejection, type RejectionReason, type Screened } from '../service/rejection.ts';
import type { CablePolicy } from './cable-policy.ts';
import { brokerEndpointName } from './endpoint-names.ts';
import { backendFault, knownSettings } from './validate-backend.ts';

/** More ranges of pods than a cluster has. */
const MAX_SUBNETS = 32;

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** What the schema of the CRD asks for, which a broker may have another version of. */
function isComplete(spec: Partial<CableEndpointSpec> | undefined): spec is CableEndpointSpec {
  if (spec === undefined) return false;
  const { cluster_id, cable_name, hostname, private_ip, public_ip, nat_enabled, backend, subnets, backend_config: config = {}, healthCheckIP = '' } = spec;
  return (
    [cluster_id, cable_name, hostname, private_ip, public_ip, backend, healthCheckIP].every(isText) &&
    typeof nat_enabled === 'boolean' &&
    Array.isArray(subnets) &&
    subnets.every(isText) &&
    typeof config === 'object'
  );
}

/** Faults that refuse the whole end: who it is of, and where its packets would go. */
function findFault({ metadata, spec }: CableEndpoint, policy: CablePolicy): readonly [RejectionReason, string] | undefined {
  const { cluster_id: cluster, private_ip: privateIP, public_ip: publicIP } = spec;
  if (cluster !== memberOf(metadata.name) || metadata.labels?.[MEMBER] !== cluster) return ['LabelsDisagree', 'its cluster_id and labels do not agree with its name'];
  if (!policy.members.includes(cluster)) return ['UnknownMember', `cluster "${cluster}" is no member`];
  if (spec.cable_name !== cableName(cluster, privateIP) || metadata.name !== brokerEndpointName(spec)) return ['NameMalformed', 'its name is not made of its cluster and address'];
  if (!isDnsSubdomain(spec.hostname)) return ['FieldInvalid', 'its hostname is no name of a node'];
  // NAT discovery uses a private address only where the gateway of that name has answered there
  const isAsked = spec.nat_enabled && publicIP !== '' && publicIP !== privateIP;
  const refusal = refuseAddress('private_ip', privateIP, spec, policy, isAsked ? 'ask' : 'send') ?? (publicIP === '' ? undefined : refuseAddress('public_ip', publicIP, spec, policy, 'send'));
  if (refusal !== undefined) return refusal;
  if (spec.subnets.length > MAX_SUBNETS) return ['QuotaExceeded', `it has ${spec.subnets.length} subnets, of which a cluster has ${MAX_SUBNETS} at most`];
  const fault = backendFault(spec, policy.isSimulated);
  return fault === undefined ? undefined : ['FieldInvalid', fault];
}

function refuseAddress(field: string, address: string, { cluster_id: cluster }: CableEndpointSpec, policy: CablePolicy, use: 'send' | 'ask'): readonly [RejectionReason, string] | undefined {
  if (familyOf(address) === undefined) return ['AddressInvalid', `its ${field} is no IP address`];
  const reason = policy.peerRefusal(address, cluster, use);
  return reason === undefined ? undefined : [reason, `its ${field} ${address} cannot be the address of another cluster's gateway`];
}

/** Member that an object on the broker belongs to by its name, which the broker binds to the writer. */
export function memberOf(objectName: string): string {
  return objectName.slice(objectName.lastIndexOf('.') + 1);
}

/** Ranges that may be routed to the member, in canonical form; what may not is left out, one by one. */
function screenSubnets(where: string, { cluster_id: cluster, subnets }: CableEndpointSpec, policy: CablePolicy): { accepted: string[]; rejections: Rejection[] } {
  const accepted: string[] = [];
  const rejections: Rejection[] = [];
  for (const text of new Set(subnets)) {
    const subnet = parseCidr(text);
    const reason = subnet === undefined ? 'AddressInvalid' : policy.subnetRefusal(subnet, cluster);
    if (subnet === undefined || reason !== undefined) rejections.push({ object: where, reason: reason ?? 'AddressInvalid', message: `subnet ${text.slice(0, 50)} is left out` });
    else accepted.push(subnet.text);
  }
  return { accepted, rejections };
}

/**
 * The end of another member's tunnels as it may be taken from the broker: with the ranges that were
 * granted to that member and are nobody else's, and no field that is not known. Pure.
 */
export function validateEndpoint(object: CableEndpoint, policy: CablePolicy): Screened<CableEndpointSpec> {
  const where = `Endpoint ${object.metadata.name}`;
  const { spec } = object as Partial<CableEndpoint>;
  if (!isComplete(spec)) return refuse(where, 'FieldInvalid', 'a field that it needs is missing or of another type');
  const fault = findFault(object, policy);
  if (fault !== undefined) return refuse(where, ...fault);
  const { accepted: subnets, rejections } = screenSubnets(where, spec, policy);
  if (subnets.length === 0) return { accepted: undefined, rejections: [...rejections, ...(rejections.length > 0 ? [] : refuse(where, 'FieldInvalid', 'it has no subnets').rejections)] };
  const { healthCheckIP = '' } = spec;
  // simulated nodes have no address among their pods
  const isProbed = subnets.some((subnet) => isInside(subnet, healthCheckIP)) || (policy.isSimulated && healthCheckIP === spec.private_ip);
  if (healthCheckIP !== '' && !isProbed) rejections.push({ object: where, reason: 'AddressNotGranted', message: `healthCheckIP ${healthCheckIP.slice(0, 50)} does not lie in its subnets` });
  return { accepted: sanitise(spec, subnets, isProbed), rejections };
}

function isInside(subnet: string, address: string): boolean {
  const cidr = parseCidr(subnet);
  return cidr !== undefined && cidrContains(cidr, address);
}

function sanitise(spec: CableEndpointSpec, subnets: string[], isProbed: boolean): CableEndpointSpec {
  const { cluster_id, cable_name, hostname, private_ip, public_ip, nat_enabled, backend, healthCheckIP } = spec;
  return {
    cluster_id,
    cable_name,
    hostname,
    subnets: subnets.toSorted(),
    private_ip,
    public_ip,
    nat_enabled,
    backend,
    backend_config: knownSettings(spec),
    ...(isProbed && healthCheckIP !== undefined && { healthCheckIP }),
  };
}

import type { EndpointSlice } from '../../api/types/index.ts';
import type { EndpointGroup } from '../record.ts';
import type { AddressPolicy } from './address-policy.ts';
import { type BrokerIdentity, readBrokerIdentity } from './broker-name.ts';
import { refuse, type Screened } from './rejection.ts';
import { describeRefused, screenEndpoints } from './screen-endpoints.ts';
import { readPorts } from './valid-fields.ts';

/** Endpoints of a member's service, as far as they are acceptable. */
export interface MemberEndpoints {
  readonly identity: BrokerIdentity;
  readonly group: EndpointGroup;
}

/** Reads a member's slice: only addresses that it may name are taken, the others are counted and reported. */
export function readBrokerSlice(object: EndpointSlice, policy: AddressPolicy): Screened<MemberEndpoints> {
  const where = `EndpointSlice ${object.metadata.name}`;
  const identity = readBrokerIdentity(object, 'EndpointSlice');
  if (identity.accepted === undefined) return { accepted: undefined, rejections: identity.rejections };
  const { cluster, name, uid } = identity.accepted;
  const { addressType: family } = object;
  if (family !== 'IPv4' && family !== 'IPv6') return refuse(where, 'FieldInvalid', 'its address type is neither IPv4 nor IPv6');
  if (!policy.isMember(cluster)) return refuse(where, 'UnknownMember', `cluster "${cluster}" is no member`);
  const ports = readPorts(object.ports, 'name');
  if (ports === undefined) return refuse(where, 'PortInvalid', 'its ports are malformed, not distinct or too many');
  const screened = screenEndpoints(object.endpoints, (address) => policy.refusalOf(address, family, cluster));
  const group = { name, uid, family, ports, endpoints: screened.endpoints };
  return { accepted: { identity: identity.accepted, group }, rejections: describeRefused(where, screened.refused) };
}

import { isDnsLabel } from '../../api/names.ts';
import type { Endpoint, EndpointSlice } from '../../api/types/index.ts';
import type { EndpointGroup, RecordEndpoint } from '../record.ts';
import type { AddressPolicy } from './address-policy.ts';
import { type BrokerIdentity, readBrokerIdentity } from './broker-name.ts';
import { refuse, type Rejection, type RejectionReason, type Screened } from './rejection.ts';
import { toRecordEndpoint } from './service-record.ts';
import { isLabelValue, readPorts } from './valid-fields.ts';

/** Endpoints of a member's service, as far as they are acceptable. */
export interface MemberEndpoints {
  readonly identity: BrokerIdentity;
  readonly group: EndpointGroup;
}

/** Most endpoints in one slice (EndpointSlice API). */
const MAX_ENDPOINTS = 1_000;
const MAX_ADDRESSES = 100;

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

interface ScreenedEndpoints {
  readonly endpoints: RecordEndpoint[];
  readonly refused: Map<RejectionReason, number>;
}

function screenEndpoints(raw: unknown, refusalOf: (address: string) => RejectionReason | undefined): ScreenedEndpoints {
  const refused = new Map<RejectionReason, number>();
  const endpoints: RecordEndpoint[] = [];
  for (const [index, endpoint] of (Array.isArray(raw) ? (raw as unknown[]) : []).entries()) {
    const reason = index >= MAX_ENDPOINTS ? 'QuotaExceeded' : refusalOfEndpoint(endpoint, refusalOf);
    if (reason === undefined) endpoints.push(toRecordEndpoint(endpoint as Endpoint));
    else refused.set(reason, (refused.get(reason) ?? 0) + 1);
  }
  return { endpoints, refused };
}

function refusalOfEndpoint(raw: unknown, refusalOf: (address: string) => RejectionReason | undefined): RejectionReason | undefined {
  if (typeof raw !== 'object' || raw === null) return 'FieldInvalid';
  const { addresses, hostname, zone, conditions } = raw as Record<string, unknown>;
  if (!Array.isArray(addresses) || addresses.length === 0 || addresses.length > MAX_ADDRESSES) return 'AddressInvalid';
  if (!isOptional(hostname, (value) => typeof value === 'string' && isDnsLabel(value))) return 'FieldInvalid';
  if (!isOptional(zone, isLabelValue) || !areConditions(conditions)) return 'FieldInvalid';
  for (const address of addresses as unknown[]) {
    const reason = typeof address === 'string' ? refusalOf(address) : 'AddressInvalid';
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function isOptional(value: unknown, isValid: (value: unknown) => boolean): boolean {
  return value === undefined || isValid(value);
}

function areConditions(raw: unknown): boolean {
  if (raw === undefined) return true;
  return typeof raw === 'object' && raw !== null && Object.values(raw).every((value) => isOptional(value, (flag) => typeof flag === 'boolean'));
}

const MEANINGS: Readonly<Partial<Record<RejectionReason, string>>> = {
  AddressInvalid: 'without valid addresses of the slice family',
  AddressSpecial: 'with loopback, link-local, multicast or unspecified addresses',
  AddressNotGranted: 'outside the ranges granted to the cluster',
  AddressContested: 'inside ranges of this cluster or of an older member',
  QuotaExceeded: `beyond the first ${MAX_ENDPOINTS}`,
};

function describeRefused(object: string, refused: ReadonlyMap<RejectionReason, number>): Rejection[] {
  return [...refused].map(([reason, count]) => ({ object, reason, message: `${count} endpoints ${MEANINGS[reason] ?? 'with malformed fields'}` }));
}

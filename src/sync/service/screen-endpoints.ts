import { isDnsLabel } from '../../api/names.ts';
import type { Endpoint } from '../../api/types/index.ts';
import type { RecordEndpoint } from '../record.ts';
import type { Rejection, RejectionReason } from './rejection.ts';
import { toRecordEndpoint } from './service-record.ts';
import { isLabelValue } from './valid-fields.ts';

/** Most endpoints in one slice (EndpointSlice API). */
const MAX_ENDPOINTS = 1_000;
const MAX_ADDRESSES = 100;

/** Endpoints that can be used, and how many cannot, by reason. */
export interface ScreenedEndpoints {
  readonly endpoints: RecordEndpoint[];
  readonly refused: ReadonlyMap<RejectionReason, number>;
}

/** Reads the endpoints of a slice that somebody else wrote; whatever that is, it never throws. */
export function screenEndpoints(raw: unknown, refusalOf: (address: string) => RejectionReason | undefined): ScreenedEndpoints {
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

/** For people: one sentence for each reason. */
export function describeRefused(object: string, refused: ReadonlyMap<RejectionReason, number>): Rejection[] {
  return [...refused].map(([reason, count]) => ({ object, reason, message: `${count} endpoints ${MEANINGS[reason] ?? 'with malformed fields'}` }));
}

import { isObjectName } from '../../api/names.ts';
import type { EndpointSlice, IpFamily } from '../../api/types/index.ts';
import type { EndpointGroup } from '../../sync/record.ts';
import { refusalOfForm } from '../../sync/service/address-policy.ts';
import { describeRefused, screenEndpoints } from '../../sync/service/screen-endpoints.ts';
import { isLabelValue, screenPorts } from '../../sync/service/valid-fields.ts';
import type { SourceSettings } from '../settings.ts';
import { fieldsOf } from './raw-fields.ts';

export interface EndpointRules extends Pick<SourceSettings, 'notReady'> {
  readonly allowLoopback: boolean;
}

export interface ReadGroups {
  readonly groups: readonly EndpointGroup[];
  /** For people: what is left out, and why. */
  readonly faults: readonly string[];
}

/** The parts of a slice before anything is known of them. */
export interface RawGroup {
  /** Kind and name, for people. */
  readonly where: string;
  readonly name: string;
  readonly uid: unknown;
  readonly family: IpFamily;
  readonly ports: unknown;
  readonly endpoints: unknown;
}

/** Reads a slice of a source, whatever it may be. */
export function readSourceSlice(slice: EndpointSlice, rules: EndpointRules): ReadGroups {
  const { name, uid } = fieldsOf(slice.metadata);
  const { addressType: family, ports, endpoints } = slice;
  if (typeof name !== 'string' || !isObjectName(name)) return { groups: [], faults: ['The name of an EndpointSlice is malformed'] };
  const where = `EndpointSlice "${name}"`;
  if (family !== 'IPv4' && family !== 'IPv6') return { groups: [], faults: [`${where}: its address type is neither IPv4 nor IPv6`] };
  return readGroup({ where, name, uid, family, ports, endpoints }, rules);
}

/** Endpoints that can be used, in one group. */
export function readGroup({ where, name, uid, family, ...raw }: RawGroup, { notReady, allowLoopback }: EndpointRules): ReadGroups {
  const { ports, refused: refusedPorts } = screenPorts(raw.ports, 'name');
  const { endpoints, refused } = screenEndpoints(raw.endpoints, (address) => refusalOfForm(address, family, allowLoopback));
  const kept = notReady === 'drop' ? endpoints.filter(({ ready }) => ready) : endpoints;
  const faults = [
    ...(refusedPorts > 0 ? [`${where}: ${refusedPorts} ports are malformed, not distinct or too many`] : []),
    ...describeRefused(where, refused).map(({ object, message }) => `${object}: ${message}`),
  ];
  return { groups: [{ name, uid: isLabelValue(uid) ? uid : '', family, ports, endpoints: kept }], faults };
}

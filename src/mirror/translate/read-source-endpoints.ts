import { hash } from 'node:crypto';
import { familyOf } from '../../api/cidr.ts';
import { isObjectName } from '../../api/names.ts';
import type { Endpoints, IpFamily } from '../../api/types/index.ts';
import { elementsOf, fieldsOf } from './raw-fields.ts';
import { type EndpointRules, readGroup, type ReadGroups } from './read-source-slice.ts';

/** One address of core/v1 Endpoints, with what its place says. */
interface RawAddress {
  readonly ip: unknown;
  readonly hostname: unknown;
  readonly ready: boolean;
}

interface RawSubset {
  readonly family: IpFamily;
  readonly ports: unknown;
  /** By address: ready ones stand before those that are not, and the first one counts. */
  readonly addresses: Map<unknown, RawAddress>;
}

/**
 * Reads core/v1 Endpoints, for sources that serve no EndpointSlices: one group for each family and set
 * of ports, under a name that depends on nothing else, so that the mirror's slices stay the same ones.
 */
export function readSourceEndpoints(endpoints: Endpoints, rules: EndpointRules): ReadGroups {
  const { name, uid } = fieldsOf(endpoints.metadata);
  if (typeof name !== 'string' || !isObjectName(name)) return { groups: [], faults: ['The name of the Endpoints is malformed'] };
  const where = `Endpoints "${name}"`;
  const read = [...splitSubsets(endpoints.subsets)].map(([key, { family, ports, addresses }]) =>
    readGroup({ where, name: `${name}-${key}`, uid, family, ports, endpoints: [...addresses.values()].map(toRawEndpoint) }, rules),
  );
  return { groups: read.flatMap(({ groups }) => groups), faults: read.flatMap(({ faults }) => faults) };
}

function splitSubsets(raw: unknown): Map<string, RawSubset> {
  const split = new Map<string, RawSubset>();
  for (const subset of elementsOf(raw).map(fieldsOf)) {
    const ports = elementsOf(subset.ports);
    const key = hash('sha256', JSON.stringify(ports.map((port) => JSON.stringify(port)).toSorted())).slice(0, 8);
    for (const address of addressesOf(subset)) {
      const family = (typeof address.ip === 'string' && familyOf(address.ip)) || 'IPv4'; // what is no address is refused, and counted, in any family
      const group = split.get(`${family.toLowerCase()}-${key}`) ?? { family, ports, addresses: new Map<unknown, RawAddress>() };
      split.set(`${family.toLowerCase()}-${key}`, group);
      const before = group.addresses.get(address.ip);
      if (before === undefined || (address.ready && !before.ready)) group.addresses.set(address.ip, address);
    }
  }
  return split;
}

function addressesOf({ addresses, notReadyAddresses }: Readonly<Record<string, unknown>>): RawAddress[] {
  const read = (list: unknown, ready: boolean): RawAddress[] => elementsOf(list).map(fieldsOf).map(({ ip, hostname }) => ({ ip, hostname, ready }));
  return [...read(addresses, true), ...read(notReadyAddresses, false)];
}

function toRawEndpoint({ ip, hostname, ready }: RawAddress): unknown {
  return { addresses: [ip], conditions: { ready, serving: ready, terminating: false }, ...(hostname !== undefined && hostname !== '' && { hostname }) };
}

import { type Cidr, hostCidr } from '../../api/cidr.ts';
import type { IpFamily } from '../../api/types/index.ts';
import type { Scene } from './scene.ts';
import { type FilterPlan, INNER_PORT, type PortGuard } from './types.ts';

const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6'];

/**
 * On every node, because a CNI translates addresses where a packet leaves its node; for both
 * families, and also where there is nobody to talk to, because a device takes in whatever it is sent.
 */
export function planFilters(scene: Scene): FilterPlan[] {
  const { view: { sources }, podCIDRs, remotes } = scene;
  const subnets = remotes.flatMap((accepted) => accepted.subnets);
  return FAMILIES.map((family) => {
    const source = sources[family];
    return { family, localCIDRs: textsOf(podCIDRs, family), remoteCIDRs: textsOf(subnets, family), ...(source !== undefined && { source }), guards: planGuards(scene, family) };
  });
}

function textsOf(cidrs: readonly Cidr[], family: IpFamily): string[] {
  return cidrs.filter((cidr) => cidr.family === family).map(({ text }) => text).sort();
}

/** VXLAN takes packets from anybody: who may send them is known from the nodes and the Endpoints. */
function planGuards({ view, isGateway, remotes }: Scene, family: IpFamily): PortGuard[] {
  const nodes = view.nodes.flatMap(({ addresses }) => addresses);
  const gateways = remotes.flatMap(({ remote: { address, ownAddresses } }) => [address, ...ownAddresses]);
  const senders = new Map([[INNER_PORT, nodes]]);
  // one port for both devices is possible, and takes what either of them needs
  if (isGateway && view.driver === 'vxlan') senders.set(view.listenPort, [...(senders.get(view.listenPort) ?? []), ...gateways]);
  return [...senders].map(([port, addresses]) => ({ port, senders: hostsOf(addresses, family) }));
}

function hostsOf(addresses: readonly string[], family: IpFamily): string[] {
  return [...new Set(textsOf(addresses.flatMap((address) => hostCidr(address) ?? []), family))];
}

import { type Cidr, hostCidr } from '../../api/cidr.ts';
import { RangeSet } from '../../api/range-set.ts';
import type { AcceptedRemote } from './accept-subnets.ts';
import { parseCidrs, type Scene } from './scene.ts';
import { CABLE_DEVICE, INNER_DEVICE, REMOTE_TABLE, RETURN_TABLE, type RoutePlan, RULE_PRIORITY, type RulePlan } from './types.ts';

export function planRoutes(scene: Scene): RoutePlan[] {
  const remoteRoutes = scene.isGateway ? gatewayRoutes : workerRoutes;
  return [...scene.remotes.flatMap((accepted) => remoteRoutes(scene, accepted)), ...(scene.isGateway ? returnRoutes(scene) : []), ...throwRoutes(scene)];
}

/** The tables are asked before `main`; what they do not know is left to it. */
export function planRules({ isGateway, families }: Scene): RulePlan[] {
  return families.flatMap((family): RulePlan[] => [
    ...(isGateway ? [{ family, priority: RULE_PRIORITY, inputDevice: CABLE_DEVICE, table: RETURN_TABLE }] : []),
    { family, priority: RULE_PRIORITY + 1, table: REMOTE_TABLE },
  ]);
}

/** Only where it says more than the device does. */
function limitMtu(deviceMtu: number, ...limits: readonly (number | undefined)[]): { readonly mtu?: number } {
  const mtu = Math.min(deviceMtu, ...limits.filter((limit) => limit !== undefined));
  return mtu < deviceMtu ? { mtu } : {};
}

function remoteRoute({ view: { sources } }: Scene, { family, text: destination }: Cidr, hop: Pick<RoutePlan, 'device' | 'via' | 'mtu'>): RoutePlan {
  const source = sources[family];
  return { family, table: REMOTE_TABLE, destination, kind: 'unicast', ...hop, ...(source !== undefined && { source }) };
}

function gatewayRoutes(scene: Scene, { remote, subnets }: AcceptedRemote): RoutePlan[] {
  const { view, cable, cableMtu } = scene;
  const mtu = limitMtu(cableMtu, remote.pathMtu);
  if (view.driver === 'wireguard') return remote.publicKey === undefined ? [] : subnets.map((subnet) => remoteRoute(scene, subnet, { device: CABLE_DEVICE, ...mtu }));
  const peer = cable.byName.get(remote.cableName);
  return peer === undefined ? [] : subnets.map((subnet) => remoteRoute(scene, subnet, { device: CABLE_DEVICE, via: cable.hops.of(peer.mac, subnet.family), ...mtu }));
}

function workerRoutes(scene: Scene, { remote, subnets }: AcceptedRemote): RoutePlan[] {
  const { view, inner, innerMtu, cableMtu } = scene;
  const gateway = inner.byName.get(view.gateway ?? '');
  if (gateway === undefined) return [];
  const mtu = limitMtu(innerMtu, cableMtu, remote.pathMtu);
  return subnets.map((subnet) => remoteRoute(scene, subnet, { device: INNER_DEVICE, via: inner.hops.of(gateway.mac, subnet.family), ...mtu }));
}

/** What comes out of the tunnel for a pod of another node goes to that node the way it came. */
function returnRoutes({ view, inner }: Scene): RoutePlan[] {
  return view.nodes.flatMap(({ name, podCIDRs }) => {
    const peer = inner.byName.get(name);
    if (peer === undefined) return [];
    return parseCidrs(podCIDRs).map(({ family, text }): RoutePlan => ({ family, table: RETURN_TABLE, destination: text, kind: 'unicast', device: INNER_DEVICE, via: inner.hops.of(peer.mac, family) }));
  });
}

/** Gateways whose addresses lie within a routed range would else be reached through the tunnel that needs them. */
function throwRoutes({ remotes }: Scene): RoutePlan[] {
  const routed = new RangeSet();
  for (const subnet of remotes.flatMap(({ subnets }) => subnets)) routed.add(subnet);
  const addresses = new Set(remotes.flatMap(({ remote }) => [remote.address, ...remote.ownAddresses]));
  const hosts = [...addresses].filter((address) => routed.holds(address)).flatMap((address) => hostCidr(address) ?? []);
  return hosts.map(({ family, text }) => ({ family, table: REMOTE_TABLE, destination: text, kind: 'throw' }));
}

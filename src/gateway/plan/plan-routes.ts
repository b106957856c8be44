import { type Cidr, cidrContains, hostCidr } from '../../api/cidr.ts';
import type { AcceptedRemote } from './accept-subnets.ts';
import { parseCidrs, type Scene } from './scene.ts';
import { deviceMtu, routeMtu } from './tunnel-mtu.ts';
import { CABLE_DEVICE, INNER_DEVICE, LAST_METRIC, REMOTE_TABLE, RETURN_TABLE, type RoutePlan, RULE_PRIORITY, type RulePlan } from './types.ts';

export function planRoutes(scene: Scene): RoutePlan[] {
  const remoteRoutes = scene.isGateway ? gatewayRoutes : workerRoutes;
  return [...scene.remotes.flatMap((accepted) => remoteRoutes(scene, accepted)), ...(scene.isGateway ? returnRoutes(scene) : []), ...lastRoutes(scene), ...throwRoutes(scene)];
}

/** The tables are asked before `main`; what they do not know is left to it. */
export function planRules({ isGateway, families }: Scene): RulePlan[] {
  return families.flatMap((family): RulePlan[] => [
    ...(isGateway ? [{ family, priority: RULE_PRIORITY, inputDevice: CABLE_DEVICE, table: RETURN_TABLE }] : []),
    { family, priority: RULE_PRIORITY + 1, table: REMOTE_TABLE },
  ]);
}

/** `largest` are the largest packets of the ways that lie before it, that of the device first. */
function remoteRoute({ view: { sources }, families }: Scene, { family, text: destination }: Cidr, hop: Pick<RoutePlan, 'device' | 'via'>, largest: readonly [number, ...(number | undefined)[]]): RoutePlan {
  const source = sources[family];
  const mtu = routeMtu(family, deviceMtu(largest[0], families), ...largest);
  return { family, table: REMOTE_TABLE, destination, kind: 'unicast', ...hop, ...(mtu !== undefined && { mtu }), ...(source !== undefined && { source }) };
}

function gatewayRoutes(scene: Scene, { remote, subnets }: AcceptedRemote): RoutePlan[] {
  const { view, cable, cableMtu } = scene;
  if (view.driver === 'wireguard') return remote.publicKey === undefined ? [] : subnets.map((subnet) => remoteRoute(scene, subnet, { device: CABLE_DEVICE }, [cableMtu, remote.pathMtu]));
  const peer = cable.byName.get(remote.cableName);
  return peer === undefined ? [] : subnets.map((subnet) => remoteRoute(scene, subnet, { device: CABLE_DEVICE, via: cable.hops.of(peer.mac, subnet.family) }, [cableMtu, remote.pathMtu]));
}

function workerRoutes(scene: Scene, { remote, subnets }: AcceptedRemote): RoutePlan[] {
  const { view, inner, innerMtu, cableMtu } = scene;
  const gateway = inner.byName.get(view.gateway ?? '');
  if (gateway === undefined) return [];
  return subnets.map((subnet) => remoteRoute(scene, subnet, { device: INNER_DEVICE, via: inner.hops.of(gateway.mac, subnet.family) }, [innerMtu, cableMtu, remote.pathMtu]));
}

/** What comes out of the tunnel for a pod of another node goes to that node the way it came. */
function returnRoutes({ view, inner }: Scene): RoutePlan[] {
  return view.nodes.flatMap(({ name, podCIDRs }) => {
    const peer = inner.byName.get(name);
    if (peer === undefined) return [];
    return parseCidrs(podCIDRs).map(({ family, text }): RoutePlan => ({ family, table: RETURN_TABLE, destination: text, kind: 'unicast', device: INNER_DEVICE, via: inner.hops.of(peer.mac, family) }));
  });
}

/** While gateway, key or device is missing: else packets for other clusters would go by the default route, as they are. */
function lastRoutes({ remotes }: Scene): RoutePlan[] {
  return remotes.flatMap(({ subnets }) => subnets.map(({ family, text }): RoutePlan => ({ family, table: REMOTE_TABLE, destination: text, kind: 'unreachable', metric: LAST_METRIC })));
}

/**
 * A gateway whose address lies within its own cluster's ranges would else be reached through the
 * tunnel that needs it. In another cluster's range its address makes no hole.
 */
function throwRoutes({ remotes }: Scene): RoutePlan[] {
  return remotes.flatMap(({ remote: { address, ownAddresses }, subnets }) => {
    const held = [...new Set([address, ...ownAddresses])].filter((own) => subnets.some((subnet) => cidrContains(subnet, own)));
    return held.flatMap((own) => hostCidr(own) ?? []).map(({ family, text }): RoutePlan => ({ family, table: REMOTE_TABLE, destination: text, kind: 'throw' }));
  });
}

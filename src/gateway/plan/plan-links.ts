import { macOf } from '../../api/mac.ts';
import type { Peers, Scene } from './scene.ts';
import { deviceMtu } from './tunnel-mtu.ts';
import { CABLE_DEVICE, CABLE_VNI, type ForwardingPlan, INNER_DEVICE, INNER_PORT, INNER_VNI, type LinkPlan, type NeighborPlan, type VxlanLink } from './types.ts';

/** The device towards the own nodes, and on a gateway the one towards other clusters. */
export function planLinks({ view, clusterID, self, local, isGateway, families, cableMtu, innerMtu }: Scene): LinkPlan[] {
  const base = { kind: 'vxlan', local } as const;
  const inner: VxlanLink = { ...base, name: INNER_DEVICE, vni: INNER_VNI, port: INNER_PORT, mtu: deviceMtu(innerMtu, families), mac: macOf('inner', clusterID, self.name, local) };
  if (!isGateway) return [inner];
  const cable = { name: CABLE_DEVICE, port: view.listenPort, mtu: deviceMtu(cableMtu, families) };
  const mac = macOf('cable', clusterID, self.name, local);
  return [view.driver === 'vxlan' ? { ...base, ...cable, vni: CABLE_VNI, mac } : { kind: 'wireguard', ...cable }, inner];
}

function groups({ inner, cable }: Scene): { readonly device: string; readonly peers: Peers }[] {
  return [{ device: CABLE_DEVICE, peers: cable }, { device: INNER_DEVICE, peers: inner }];
}

/** Where each peer of a VXLAN device is, by its MAC. */
export function planForwarding(scene: Scene): ForwardingPlan[] {
  return groups(scene).flatMap(({ device, peers }) => [...peers.byName.values()].map(({ mac, address, port }) => ({ device, mac, destination: address, ...(port !== undefined && { port }) })));
}

/** Which MAC each next hop has. */
export function planNeighbors(scene: Scene): NeighborPlan[] {
  return groups(scene).flatMap(({ device, peers }) =>
    [...peers.byName.values()].flatMap(({ mac }) => scene.families.map((family) => ({ device, address: peers.hops.of(mac, family), mac }))));
}

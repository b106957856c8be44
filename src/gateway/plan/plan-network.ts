import { familyOf } from '../../api/cidr.ts';
import { planFilters } from './plan-filters.ts';
import { planForwarding, planLinks, planNeighbors } from './plan-links.ts';
import { planRoutes, planRules } from './plan-routes.ts';
import { type Scene, setScene } from './scene.ts';
import { CABLE_DEVICE, EMPTY_PLAN, type NetworkPlan, type NetworkView, type WireguardPlan } from './types.ts';

/**
 * What shall stand in the kernel of one node. Pure: equal views give equal plans. A node that the
 * view does not list, or that has no address, gets the empty plan.
 */
export function planNetwork(view: NetworkView, clusterID: string): NetworkPlan {
  const scene = setScene(view, clusterID);
  if (scene === undefined) return EMPTY_PLAN;
  const wireguard = planWireguard(scene);
  return {
    links: planLinks(scene),
    neighbors: sortBy(planNeighbors(scene), ({ device, address }) => `${device} ${address}`),
    forwarding: sortBy(planForwarding(scene), ({ device, mac }) => `${device} ${mac}`),
    routes: sortBy(planRoutes(scene), ({ table, destination, metric = 0 }) => `${table} ${destination} ${metric}`),
    rules: planRules(scene),
    filters: planFilters(scene),
    ...(wireguard && { wireguard }),
  };
}

function sortBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ item }) => item);
}

function planWireguard({ view, isGateway, remotes }: Scene): WireguardPlan | undefined {
  if (!isGateway || view.driver !== 'wireguard' || view.privateKey === undefined) return undefined;
  const peers = remotes.flatMap(({ remote: { publicKey, address, port }, subnets }) => {
    const host = familyOf(address) === 'IPv6' ? `[${address}]` : address;
    return publicKey === undefined ? [] : [{ publicKey, endpoint: `${host}:${port}`, allowedIPs: subnets.map(({ text }) => text).sort() }];
  });
  return { device: CABLE_DEVICE, privateKey: view.privateKey, port: view.listenPort, peers: sortBy(peers, ({ publicKey }) => publicKey) };
}

import { describe, expect, it } from '@jest/globals';
import { macOf } from '../../../../src/api/mac.ts';
import { planNetwork } from '../../../../src/gateway/plan/plan-network.ts';
import { CABLE_DEVICE, EMPTY_PLAN, INNER_DEVICE, LAST_METRIC, type NetworkPlan, type NetworkView, type NodeView, type PortGuard, REMOTE_TABLE, type RemoteView, RETURN_TABLE, type RoutePlan } from '../../../../src/gateway/plan/types.ts';

const NODES: readonly NodeView[] = [
  { name: 'gw', addresses: ['172.30.1.10'], podCIDRs: ['10.11.0.0/24'] },
  { name: 'w1', addresses: ['172.30.1.11'], podCIDRs: ['10.11.1.0/24'] },
  { name: 'w2', addresses: ['172.30.1.12'], podCIDRs: ['10.11.2.0/24'] },
];

const EAST: RemoteView = { clusterID: 'east', cableName: 'submariner-cable-east-172-30-2-10', address: '172.30.2.10', port: 4500, subnets: ['10.12.0.0/16'], ownAddresses: ['172.30.2.10'], mac: '02:aa:00:00:00:01', publicKey: 'ZWFzdA==' };
const NORTH: RemoteView = { ...EAST, clusterID: 'north', cableName: 'submariner-cable-north-172-30-3-10', address: '172.30.3.10', subnets: ['10.13.0.0/16'], ownAddresses: ['172.30.3.10'], mac: '02:aa:00:00:00:02', publicKey: 'bm9ydGg=' };

function view(changes: Partial<NetworkView> = {}): NetworkView {
  return { nodeName: 'gw', nodes: NODES, gateway: 'gw', podCIDRs: ['10.11.0.0/16'], sources: { IPv4: '10.11.0.1' }, driver: 'vxlan', listenPort: 4500, uplinkMtu: 1500, remotes: [EAST], ...changes };
}

const plan = (changes: Partial<NetworkView> = {}): NetworkPlan => planNetwork(view(changes), 'west');
/** Without the last ones, which lead nowhere. */
const routesIn = (table: number, { routes }: NetworkPlan): readonly RoutePlan[] => routes.filter((route) => route.table === table && route.kind !== 'unreachable');
const closedIn = ({ routes }: NetworkPlan): readonly string[] => routes.filter(({ kind }) => kind === 'unreachable').map(({ destination }) => destination);
const innerMac = (node: string): string => macOf('inner', 'west', node, NODES.find(({ name }) => name === node)?.addresses[0] ?? '');
const macOfHop = (made: NetworkPlan, { device, via }: Pick<RoutePlan, 'device' | 'via'>): string | undefined => made.neighbors.find((one) => one.device === device && one.address === via)?.mac;
const nodeBehind = (made: NetworkPlan, route: RoutePlan): string | undefined => made.forwarding.find(({ device, mac }) => device === route.device && mac === macOfHop(made, route))?.destination;

describe('planNetwork on the active gateway', () => {
  it('has a device towards other clusters and one towards the own nodes', () => {
    expect(plan().links).toEqual([
      { kind: 'vxlan', name: CABLE_DEVICE, vni: 1000, port: 4500, mtu: 1450, local: '172.30.1.10', mac: macOf('cable', 'west', 'gw', '172.30.1.10') },
      { kind: 'vxlan', name: INNER_DEVICE, vni: 100, port: 4800, mtu: 1450, local: '172.30.1.10', mac: macOf('inner', 'west', 'gw', '172.30.1.10') },
    ]);
  });

  it('routes a cluster to its gateway, from an address that can be answered', () => {
    const made = plan();
    const [route] = routesIn(REMOTE_TABLE, made);
    expect(route).toMatchObject({ family: 'IPv4', destination: '10.12.0.0/16', kind: 'unicast', device: CABLE_DEVICE, source: '10.11.0.1' });
    expect(route).not.toHaveProperty('mtu');
    expect(macOfHop(made, route ?? {})).toBe(EAST.mac);
    expect(route && nodeBehind(made, route)).toBe('172.30.2.10');
  });

  it('sends what comes out of the tunnel to the node that has the pod, and nothing of its own', () => {
    const made = plan();
    const routes = routesIn(RETURN_TABLE, made);
    expect(routes.map((route) => [route.destination, nodeBehind(made, route)])).toEqual([['10.11.1.0/24', '172.30.1.11'], ['10.11.2.0/24', '172.30.1.12']]);
    expect(routes.every((route) => route.source === undefined)).toBe(true);
    expect(made.rules).toEqual([
      { family: 'IPv4', priority: 4500, inputDevice: CABLE_DEVICE, table: RETURN_TABLE },
      { family: 'IPv4', priority: 4501, table: REMOTE_TABLE },
    ]);
  });

  it('leaves the way back to the CNI where nodes have no ranges', () => {
    expect(routesIn(RETURN_TABLE, plan({ nodes: NODES.map((node) => ({ ...node, podCIDRs: [] })) }))).toEqual([]);
  });

  it('stands alone in a cluster of one node', () => {
    const made = plan({ nodes: NODES.slice(0, 1) });
    expect(made.forwarding.map(({ device }) => device)).toEqual([CABLE_DEVICE]);
    expect(routesIn(RETURN_TABLE, made)).toEqual([]);
  });

  it('puts a measured path MTU on the route, so that TCP and ICMP follow it', () => {
    expect(routesIn(REMOTE_TABLE, plan({ uplinkMtu: 9000, remotes: [{ ...EAST, pathMtu: 1350 }, NORTH] })).map(({ mtu }) => mtu)).toEqual([1350, undefined]);
  });

  it('does not believe in a path MTU above that of the device', () => {
    expect(routesIn(REMOTE_TABLE, plan({ remotes: [{ ...EAST, pathMtu: 8900 }] }))[0]).not.toHaveProperty('mtu');
  });

  it('has a device of no more than an interface of 1280 bytes carries', () => {
    const made = plan({ uplinkMtu: 1280 });
    expect(made.links.map(({ mtu }) => mtu)).toEqual([1230, 1230]);
    expect(routesIn(REMOTE_TABLE, made)[0]).not.toHaveProperty('mtu');
  });

  it('has the least that IPv6 asks for where pods have it, and less on routes of IPv4', () => {
    const made = plan({ uplinkMtu: 1280, podCIDRs: ['10.11.0.0/16', 'fd11::/56'], remotes: [{ ...EAST, subnets: ['10.12.0.0/16', 'fd12::/56'], pathMtu: 1200 }, { ...NORTH, subnets: ['10.13.0.0/16', 'fd13::/56'] }] });
    expect(made.links.map(({ mtu }) => mtu)).toEqual([1280, 1280]);
    expect(routesIn(REMOTE_TABLE, made).map(({ destination, mtu }) => [destination, mtu])).toEqual([['10.12.0.0/16', 1200], ['10.13.0.0/16', 1230], ['fd12::/56', undefined], ['fd13::/56', undefined]]);
  });

  it('keeps gateways that lie in a routed range out of the tunnel', () => {
    const made = plan({ remotes: [{ ...EAST, address: '10.12.0.10', ownAddresses: ['10.12.0.10', '203.0.113.4'] }] });
    expect(routesIn(REMOTE_TABLE, made).filter(({ kind }) => kind === 'throw')).toEqual([{ family: 'IPv4', table: REMOTE_TABLE, destination: '10.12.0.10/32', kind: 'throw' }]);
  });

  it('makes no hole in a cluster\'s range for the address of another one\'s gateway', () => {
    const made = plan({ remotes: [EAST, { ...NORTH, address: '10.12.0.10', ownAddresses: ['10.12.0.10', '10.12.0.11'] }] });
    expect(made.routes.filter(({ kind }) => kind === 'throw')).toEqual([]);
  });

  it('sends to the port on which the other side listens', () => {
    expect(plan({ remotes: [{ ...EAST, port: 4600 }, NORTH] }).forwarding.filter(({ device }) => device === CABLE_DEVICE)).toEqual([
      { device: CABLE_DEVICE, mac: EAST.mac, destination: '172.30.2.10', port: 4600 },
      { device: CABLE_DEVICE, mac: NORTH.mac, destination: '172.30.3.10' },
    ]);
  });

  it.each([
    { what: 'an older cluster has', mac: EAST.mac },
    { what: 'is its own', mac: macOf('cable', 'west', 'gw', '172.30.1.10') },
  ])('leads nothing to a MAC that $what', ({ mac }) => {
    const made = plan({ remotes: [EAST, { ...NORTH, mac: mac ?? '' }] });
    expect(made.forwarding.filter(({ device }) => device === CABLE_DEVICE)).toEqual([{ device: CABLE_DEVICE, mac: EAST.mac, destination: '172.30.2.10' }]);
    expect(routesIn(REMOTE_TABLE, made).map(({ destination }) => destination)).toEqual(['10.12.0.0/16']);
    expect(closedIn(made)).toEqual(['10.12.0.0/16', '10.13.0.0/16']);
  });

  it('tells gateways apart whose addresses share the last three octets', () => {
    const [one, other] = [{ ...EAST, address: '10.168.1.5', mac: macOf('cable', 'east', 'n', '10.168.1.5') }, { ...NORTH, address: '192.168.1.5', mac: macOf('cable', 'north', 'n', '192.168.1.5') }];
    const made = plan({ remotes: [one, other] });
    expect(routesIn(REMOTE_TABLE, made).map((route) => nodeBehind(made, route))).toEqual(['10.168.1.5', '192.168.1.5']);
  });

  it('keeps the own range against a cluster that claims it later', () => {
    const made = plan({ remotes: [EAST, { ...NORTH, subnets: ['10.11.0.0/16', '10.12.7.0/24', '10.13.0.0/16'] }] });
    expect(routesIn(REMOTE_TABLE, made).map(({ destination }) => destination)).toEqual(['10.12.0.0/16', '10.13.0.0/16']);
    expect(made.filters[0]?.remoteCIDRs).toEqual(['10.12.0.0/16', '10.13.0.0/16']);
  });

  it('keeps addresses from being translated in both directions, and gives its own traffic a source', () => {
    expect(plan({ remotes: [NORTH, EAST] }).filters[0]).toMatchObject({ family: 'IPv4', localCIDRs: ['10.11.0.0/16'], remoteCIDRs: ['10.12.0.0/16', '10.13.0.0/16'], source: '10.11.0.1' });
  });

  it('lets nothing pass where there is no other cluster, and of a family without pods', () => {
    expect(plan({ remotes: [] }).filters.map(({ family, localCIDRs, remoteCIDRs }) => [family, localCIDRs, remoteCIDRs])).toEqual([['IPv4', ['10.11.0.0/16'], []], ['IPv6', [], []]]);
  });

  const nodes = ['172.30.1.10/32', '172.30.1.11/32', '172.30.1.12/32'];
  const dual = { ...EAST, ownAddresses: ['172.30.2.10', '203.0.113.4', '2001:db8::4'] };
  it.each<{ what: string; changes: Partial<NetworkView>; IPv4: PortGuard[]; IPv6: PortGuard[] }>([
    { what: 'from nodes, and from gateways by all of their addresses', changes: { remotes: [dual] }, IPv4: [{ port: 4800, senders: nodes }, { port: 4500, senders: ['172.30.2.10/32', '203.0.113.4/32'] }], IPv6: [{ port: 4800, senders: [] }, { port: 4500, senders: ['2001:db8::4/128'] }] },
    { what: 'from nodes only where this is no gateway', changes: { nodeName: 'w1' }, IPv4: [{ port: 4800, senders: nodes }], IPv6: [{ port: 4800, senders: [] }] },
    { what: 'from nodes only where WireGuard knows its peers', changes: { driver: 'wireguard', privateKey: 'cHJpdmF0ZQ==' }, IPv4: [{ port: 4800, senders: nodes }], IPv6: [{ port: 4800, senders: [] }] },
    { what: 'from both at a port that both devices have', changes: { listenPort: 4800 }, IPv4: [{ port: 4800, senders: [...nodes, '172.30.2.10/32'] }], IPv6: [{ port: 4800, senders: [] }] },
  ])('takes outer packets $what', ({ changes, IPv4, IPv6 }) => {
    expect(plan(changes).filters.map(({ guards }) => guards)).toEqual([IPv4, IPv6]);
  });
});

describe('planNetwork on other nodes', () => {
  const worker = { nodeName: 'w1', sources: { IPv4: '10.11.1.1' } };

  it('has only the device towards the gateway, and knows only the gateway', () => {
    const made = plan(worker);
    expect(made.links.map(({ name }) => name)).toEqual([INNER_DEVICE]);
    expect(made.forwarding).toEqual([{ device: INNER_DEVICE, mac: innerMac('gw'), destination: '172.30.1.10' }]);
    expect(made.rules).toEqual([{ family: 'IPv4', priority: 4501, table: REMOTE_TABLE }]);
    expect(made.wireguard).toBeUndefined();
  });

  it('routes all clusters to the gateway', () => {
    const made = plan({ ...worker, remotes: [EAST, NORTH] });
    expect(routesIn(REMOTE_TABLE, made).map((route) => [route.destination, route.source, nodeBehind(made, route)])).toEqual([['10.12.0.0/16', '10.11.1.1', '172.30.1.10'], ['10.13.0.0/16', '10.11.1.1', '172.30.1.10']]);
  });

  it('knows that the tunnel behind the gateway is narrower than the way to it', () => {
    expect(routesIn(REMOTE_TABLE, plan({ ...worker, driver: 'wireguard' })).map(({ mtu }) => mtu)).toEqual([1440]);
  });

  it('follows another gateway', () => {
    const made = plan({ ...worker, gateway: 'w2' });
    expect(routesIn(REMOTE_TABLE, made).map((route) => nodeBehind(made, route))).toEqual(['172.30.1.12']);
  });

  it('keeps packets from the underlay while there is no gateway, and keeps its device', () => {
    const { gateway: _gateway, ...rest } = view(worker);
    const made = planNetwork(rest, 'west');
    expect(made.routes).toEqual([{ family: 'IPv4', table: REMOTE_TABLE, destination: '10.12.0.0/16', kind: 'unreachable', metric: LAST_METRIC }]);
    expect(made.rules).toEqual([{ family: 'IPv4', priority: 4501, table: REMOTE_TABLE }]);
    expect(made.links.map(({ name }) => name)).toEqual([INNER_DEVICE]);
  });

  it('follows the gateway to another address', () => {
    const nodes = NODES.map((node) => (node.name === 'gw' ? { ...node, addresses: ['172.30.1.99'] } : node));
    expect(plan({ ...worker, nodes }).forwarding).toEqual([{ device: INNER_DEVICE, mac: macOf('inner', 'west', 'gw', '172.30.1.99'), destination: '172.30.1.99' }]);
  });

  it('plans nothing for a node that is not there (any more), or has no address', () => {
    expect(plan({ nodeName: 'gone' })).toEqual(EMPTY_PLAN);
    expect(plan({ nodes: [{ name: 'gw', addresses: [], podCIDRs: [] }] })).toEqual(EMPTY_PLAN);
  });
});

describe('planNetwork with wireguard', () => {
  const wireguard = { driver: 'wireguard', privateKey: 'cHJpdmF0ZQ==' } as const;

  it('has a device without link addresses, and routes without next hops', () => {
    const made = plan(wireguard);
    expect(made.links[0]).toEqual({ kind: 'wireguard', name: CABLE_DEVICE, port: 4500, mtu: 1440 });
    expect(routesIn(REMOTE_TABLE, made)).toEqual([{ family: 'IPv4', table: REMOTE_TABLE, destination: '10.12.0.0/16', kind: 'unicast', device: CABLE_DEVICE, source: '10.11.0.1' }]);
    expect(made.neighbors.every(({ device }) => device === INNER_DEVICE)).toBe(true);
  });

  it('allows each peer its ranges only', () => {
    expect(plan({ ...wireguard, remotes: [NORTH, { ...EAST, address: '2001:db8::5' }] }).wireguard).toEqual({
      device: CABLE_DEVICE,
      privateKey: 'cHJpdmF0ZQ==',
      port: 4500,
      peers: [
        { publicKey: 'ZWFzdA==', endpoint: '[2001:db8::5]:4500', allowedIPs: ['10.12.0.0/16'] },
        { publicKey: 'bm9ydGg=', endpoint: '172.30.3.10:4500', allowedIPs: ['10.13.0.0/16'] },
      ],
    });
  });

  it('keeps packets for a cluster whose key is not known', () => {
    const { publicKey: _publicKey, ...keyless } = EAST;
    const made = plan({ ...wireguard, remotes: [keyless] });
    expect(routesIn(REMOTE_TABLE, made)).toEqual([]);
    expect(closedIn(made)).toEqual(['10.12.0.0/16']);
  });

  it('leaves a key to the older one of two clusters that have it', () => {
    const made = plan({ ...wireguard, remotes: [NORTH, { ...EAST, publicKey: NORTH.publicKey ?? '' }] });
    expect(made.wireguard?.peers.map(({ endpoint }) => endpoint)).toEqual(['172.30.3.10:4500']);
    expect(routesIn(REMOTE_TABLE, made).map(({ destination }) => destination)).toEqual(['10.13.0.0/16']);
    expect(closedIn(made)).toEqual(['10.12.0.0/16', '10.13.0.0/16']);
  });
});

describe('planNetwork with both families', () => {
  const dual = { podCIDRs: ['10.11.0.0/16', 'fd11::/56'], nodes: NODES.map((node, index) => ({ ...node, podCIDRs: [...node.podCIDRs, `fd11:0:0:${index}::/64`] })), sources: { IPv4: '10.11.0.1', IPv6: 'fd11::1' }, remotes: [{ ...EAST, subnets: ['10.12.0.0/16', 'fd12::/56'] }] };

  it('plans routes, rules, neighbours and filters for each', () => {
    const made = plan(dual);
    expect(routesIn(REMOTE_TABLE, made).map(({ family, destination, source }) => [family, destination, source])).toEqual([['IPv4', '10.12.0.0/16', '10.11.0.1'], ['IPv6', 'fd12::/56', 'fd11::1']]);
    expect(made.rules.map(({ family, priority }) => `${family} ${priority}`)).toEqual(['IPv4 4500', 'IPv4 4501', 'IPv6 4500', 'IPv6 4501']);
    expect(made.filters.map(({ family, remoteCIDRs }) => [family, remoteCIDRs])).toEqual([['IPv4', ['10.12.0.0/16']], ['IPv6', ['fd12::/56']]]);
    expect(routesIn(REMOTE_TABLE, made).map((route) => macOfHop(made, route))).toEqual([EAST.mac, EAST.mac]);
  });

  it('reaches IPv4 pods through nodes that have IPv6 addresses only', () => {
    const made = plan({ nodes: NODES.map((node, index) => ({ ...node, addresses: [`2001:db8::${index + 1}`] })), remotes: [{ ...EAST, address: '2001:db8:2::1', ownAddresses: [] }] });
    expect(made.links.map((link) => link.mtu)).toEqual([1430, 1430]);
    expect(routesIn(REMOTE_TABLE, made).map((route) => nodeBehind(made, route))).toEqual(['2001:db8:2::1']);
  });
});

describe('planNetwork', () => {
  it('gives equal plans for equal views, in whatever order things are listed', () => {
    expect(plan({ nodes: [...NODES].reverse(), remotes: [NORTH, EAST] })).toEqual(plan({ remotes: [EAST, NORTH] }));
  });

  it('forgets a cluster that has left, and a node that is gone', () => {
    const made = plan({ nodes: NODES.slice(0, 2), remotes: [NORTH] });
    expect(JSON.stringify(made)).not.toContain('10.12.0.0/16');
    expect(JSON.stringify(made)).not.toContain('172.30.1.12');
  });

  it('follows a cluster to other ranges', () => {
    expect(routesIn(REMOTE_TABLE, plan({ remotes: [{ ...EAST, subnets: ['10.99.0.0/16'] }] })).map(({ destination }) => destination)).toEqual(['10.99.0.0/16']);
  });
});

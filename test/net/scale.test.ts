import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createNet, type Net, type Netns } from '../helpers/netns.ts';
import { networkOf } from '../helpers/net-clusters.ts';
import { largeView } from '../helpers/large-view.ts';
import { planNetwork } from '../../src/gateway/plan/plan-network.ts';

const { signal } = new AbortController();
let net: Net;
let netns: Netns;

beforeAll(() => {
  net = createNet();
  netns = net.add('large');
  netns.sh('ip link add eth0 type veth peer name eth1; ip address add 172.16.0.1/24 dev eth0; ip link set eth0 up; ip link set eth1 up; ip address add 10.255.0.1/24 dev eth1; ip -6 address add fd00:ffff::1/64 dev eth1 nodad');
});
afterAll(() => net.stop());

const countRoutes = (type: string): string => netns.sh(`ip route show table 4500 type ${type} | wc -l`).trim();

describe('createKernelNetwork with 200 clusters and 5 nodes', () => {
  it('writes all in a few runs, nothing the next time, and one route where one cluster has gone', async () => {
    const view = largeView({ clusters: 200, nodes: 5 });
    const network = networkOf(netns);
    const applied = await network.apply(planNetwork(view, 'local'), signal);
    expect(applied.changes.length).toBeGreaterThan(1000);
    expect(applied.commands).toBeLessThan(20);
    expect(countRoutes('unicast')).toBe('200');
    expect(countRoutes('unreachable')).toBe('200');
    expect(await network.apply(planNetwork(view, 'local'), signal)).toEqual({ commands: 0, changes: [] });
    const less = await network.apply(planNetwork({ ...view, remotes: view.remotes.slice(1) }, 'local'), signal);
    expect(less.changes.filter((change) => change.includes('route')).length).toBe(4);
    expect(countRoutes('unicast')).toBe('199');
    expect(countRoutes('unreachable')).toBe('199');
  });
});

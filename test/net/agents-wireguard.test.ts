import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GATEWAY_LEASE, MEMBER_NAMESPACE } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { CABLE_DEVICE } from '../../src/gateway/plan/types.ts';
import { eventually } from '../helpers/eventually.ts';
import { type AgentCluster, type AgentNet, startAgentNet } from '../helpers/net-agents.ts';
import type { TestNode } from '../helpers/net-clusters.ts';
import { filterOn } from '../helpers/net-faults.ts';
import { startFlow } from '../helpers/net-flow.ts';

const HOUR_MS = 3_600_000;

/** The node that holds the Lease of the gateway, how often it has changed hands, and when it was renewed by the holder's clock. */
async function leaseOf({ client }: AgentCluster): Promise<{ readonly held: string; readonly renewedAt: number }> {
  const { spec } = await client.get(resources.leases, GATEWAY_LEASE, MEMBER_NAMESPACE);
  return { held: `${spec?.holderIdentity ?? ''} after ${spec?.leaseTransitions ?? 0}`, renewedAt: Date.parse(spec?.renewTime ?? '') };
}

describe('agents with WireGuard and a standby', () => {
  const stops: (() => Promise<void>)[] = [];
  let net: AgentNet;
  let gateway: TestNode;
  let standby: TestNode;
  let target: TestNode;
  let own: AgentCluster;

  beforeAll(async () => {
    net = await startAgentNet([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'], gateways: 2 }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }], { cableDriver: 'wireguard', natt: false });
    stops.push(() => net.stop());
    own = net.clusters[0] as AgentCluster;
    target = net.scene.clusters.flatMap((cluster) => cluster.nodes).at(-1) as TestNode;
  }, 90_000);
  beforeEach(async () => {
    const { held } = await leaseOf(own);
    [gateway, standby] = own.nodes.toSorted(({ name }) => (held.startsWith(`uid-of-${name} `) ? -1 : 1)) as [TestNode, TestNode];
    await net.waitForConnection(gateway.name, 'b', 'connected');
    await net.waitForConnection(target.name, 'a', 'connected');
  }, 60_000);
  afterAll(async () => { for (const stop of stops) await stop(); });

  const sessionsOf = async ({ netns }: TestNode): Promise<string> => (await netns.exec('wg', ['show', CABLE_DEVICE, 'endpoints'])).stdout.trim();

  it('neither lose a packet nor reset a session nor give the Lease away when clocks jump an hour forth and back', async () => {
    // something between the clusters has moved the gateway's port, so that what stands is not what is planned
    const moved = [`ip saddr ${gateway.address} udp sport 4500 udp sport set 4777`, `ip daddr ${gateway.address} udp dport 4777 udp dport set 4500`].map((rule) => filterOn(net.scene.wan, rule));
    const pods = [gateway, standby, target].map(({ name }) => net.pod(name));
    try {
      const flow = startFlow(standby.pod, target.podAddresses[0]!);
      await eventually(async () => (await sessionsOf(target)).endsWith(`${gateway.address}:4777`));
      const logged = pods.map(({ log }) => log.length);
      const before = await leaseOf(own);
      for (const offset of [HOUR_MS, 0, -HOUR_MS, 0]) {
        for (const pod of pods) pod.shiftClock(offset);
        await eventually(async () => Math.abs((await leaseOf(own)).renewedAt - Date.now() - offset) < HOUR_MS / 4);
        // in 10 s every agent looks at its node again
        await flow.more(550);
        expect((await leaseOf(own)).held).toBe(before.held);
        expect(await sessionsOf(target)).toMatch(new RegExp(`${gateway.address}:4777$`));
      }
      expect(await flow.end()).toMatchObject({ lost: 0 });
      for (const [index, pod] of pods.entries()) expect(pod.log.slice(logged[index])).not.toMatch(/Changed the network|is broken|the lead|taken over/);
    } finally {
      for (const pod of pods) pod.shiftClock(0);
      for (const heal of moved) heal();
    }
  }, 150_000);

  it('lose no packet while no API server answers, and the same gateway leads afterwards', async () => {
    const before = await leaseOf(own);
    const flow = startFlow(standby.pod, target.podAddresses[0]!);
    await flow.more(10);
    const passages = own.nodes.map(({ name }) => net.passage(name));
    for (const passage of passages) passage.setOpen(false);
    // four times as long as the Lease counts
    await flow.more(600);
    for (const passage of passages) passage.setOpen(true);
    await eventually(async () => (await leaseOf(own)).renewedAt > before.renewedAt + 10_000, { timeoutMs: 60_000 });
    await flow.more(200);
    expect((await leaseOf(own)).held.split(' ')[0]).toBe(before.held.split(' ')[0]);
    expect(await flow.end()).toMatchObject({ lost: 0 });
  }, 150_000);

  it.each(['SIGKILL', 'SIGTERM'] as const)('lose no packet when they end by %s and start again, the gateway by a crash only: else it hands over', async (how) => {
    const flow = startFlow(standby.pod, target.podAddresses[0]!);
    await flow.more(10);
    for (const { name } of how === 'SIGKILL' ? [standby, gateway, target] : [standby, target]) {
      const pod = net.pod(name);
      const logged = pod.log.length;
      await pod.end(how);
      pod.start();
      await eventually(() => pod.log.slice(logged).includes('A connection works'), { timeoutMs: 30_000 });
      await flow.more(50);
    }
    expect(await flow.end()).toMatchObject({ lost: 0 });
  }, 120_000);

  it('are followed by a standby when the gateway is lost', async () => {
    const flow = startFlow(standby.pod, target.podAddresses[0]!);
    await flow.more(10);
    gateway.netns.sh('ip link set eth0 down');
    net.passage(gateway.name).setOpen(false);
    await eventually(async () => (await leaseOf(own)).held.startsWith(`uid-of-${standby.name} `), { timeoutMs: 30_000 });
    await flow.more(100);
    await flow.end();
    await net.waitForConnection(standby.name, 'b', 'connected');
    await net.waitForConnection(target.name, 'a', 'connected');
  }, 120_000);
});

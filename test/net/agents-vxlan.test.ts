import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBE_PORT } from '../../src/api/data-plane.ts';
import { readKernelState } from '../../src/gateway/apply/kernel-state.ts';
import { eventually } from '../helpers/eventually.ts';
import { type AgentNet, startAgentNet } from '../helpers/net-agents.ts';
import type { TestNode } from '../helpers/net-clusters.ts';
import { countSent, filterOn, type Heal } from '../helpers/net-faults.ts';
import { startFlow } from '../helpers/net-flow.ts';
import { ping } from '../helpers/net-talk.ts';

const { signal } = new AbortController();
/** 6 s of probes that hurry, four in each second: counted, since a busy machine may take longer for as many. */
const ROUNDS_OF_6_S = 24;

describe('agents with vxlan', () => {
  const stops: (() => Promise<void>)[] = [];
  let net: AgentNet;
  let gateway: TestNode;
  let worker: TestNode;
  let target: TestNode;
  let heal: Heal = () => undefined;

  beforeAll(async () => {
    net = await startAgentNet([{ id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }], { cableDriver: 'vxlan', natt: false });
    stops.push(() => net.stop());
    [gateway, worker, target] = net.scene.clusters.flatMap(({ nodes }) => nodes) as [TestNode, TestNode, TestNode];
  }, 90_000);
  afterAll(async () => { for (const stop of stops) await stop(); });
  afterEach(() => {
    heal();
    heal = () => undefined;
  });

  const settled = async (): Promise<void> => {
    await net.waitForConnection('a-0', 'b', 'connected');
    await net.waitForConnection('b-0', 'a', 'connected');
  };

  it.each([
    { what: 'one way only', rule: 'ip saddr 192.168.1.5 ip daddr 10.168.1.5 drop', oneWay: true },
    { what: 'the port of the tunnel', rule: 'udp dport 4500 drop', oneWay: false },
  ])('say within 6 s why they are not connected where something blocks $what', async ({ rule, oneWay }) => {
    await settled();
    const rounds = [countSent(gateway.netns, PROBE_PORT), countSent(target.netns, PROBE_PORT)] as const;
    heal = filterOn(net.scene.wan, rule);
    const ours = await net.waitForConnection('a-0', 'b', 'error');
    expect(rounds[0]()).toBeLessThanOrEqual(ROUNDS_OF_6_S);
    const theirs = await net.waitForConnection('b-0', 'a', 'error');
    expect(rounds[1]()).toBeLessThanOrEqual(ROUNDS_OF_6_S);
    const noAnswer = (address: string): string => String.raw`^no answer from ${address} for \d s; last answer \d+ s ago; sent \d+, received \d+; `;
    expect(ours.statusMessage).toMatch(new RegExp(`${noAnswer('10.2.1.1')}its packets go from 10.168.1.5 to 192.168.1.5, UDP port 4500(;|$)`));
    // what comes back to `a` is lost, so `b` goes on hearing the probes of `a`
    const heard = oneWay ? 'probes of "a" arrive here, so it is the way there that is broken; ' : '';
    expect(theirs.statusMessage).toMatch(new RegExp(`${noAnswer('10.1.1.1')}${heard}its packets go from 192.168.1.5 to 10.168.1.5, UDP port 4500(;|$)`));
    heal();
    heal = () => undefined;
    await settled();
    expect(await ping(worker.pod, target.podAddresses[0]!)).toBe(1);
  }, 120_000);

  it('stay connected where a fifth of the packets is lost, and show the loss', async () => {
    // from here on its counts are new
    await net.pod('a-0').end('SIGKILL');
    const logged = net.pod('a-0').log.length;
    net.pod('a-0').start();
    await eventually(() => net.pod('a-0').log.slice(logged).includes('A connection works'), { timeoutMs: 30_000 });
    await settled();
    const rounds = countSent(gateway.netns, PROBE_PORT);
    heal = filterOn(net.scene.wan, 'ip daddr 192.168.1.5 udp dport 4500 numgen random mod 5 == 0 drop');
    const seen = new Set<string | undefined>();
    await eventually(async () => {
      seen.add((await net.connection('a-0', 'b'))?.status);
      return rounds() >= 60;
    }, { timeoutMs: 90_000, everyMs: 100 });
    expect([...seen]).toEqual(['connected']);
    expect(net.pod('a-0').log.slice(logged)).not.toContain('is broken');
    const metrics = gateway.netns.sh('curl -s http://127.0.0.1:4492/metrics');
    const loss = Number(/^mcs_gateway_probe_loss_ratio\{.*cluster="b".*\} ([\d.e-]+)$/m.exec(metrics)?.[1]);
    expect(loss).toBeGreaterThan(0.05);
    expect(loss).toBeLessThan(0.35);
  }, 120_000);

  it.each(['SIGKILL', 'SIGTERM'] as const)('lose no packet when they end by %s and start again, and change nothing then', async (how) => {
    await settled();
    const flow = startFlow(worker.pod, target.podAddresses[0]!);
    await flow.more(10);
    for (const { name } of [gateway, worker, target]) {
      const pod = net.pod(name);
      const logged = pod.log.length;
      await pod.end(how);
      await flow.more(10);
      pod.start();
      await eventually(() => pod.log.slice(logged).includes('A connection works'), { timeoutMs: 30_000 });
      await flow.more(50);
      expect(pod.log.slice(logged)).not.toContain('Changed the network');
    }
    expect(await flow.end()).toMatchObject({ lost: 0 });
    await settled();
  }, 120_000);

  const stateOf = async ({ netns }: TestNode): Promise<unknown> => {
    const { filters: _handles, ...state } = await readKernelState(netns.exec, signal);
    return Object.entries(state).map(([name, items]: [string, unknown]) => [name, Array.isArray(items) ? items.map((item) => JSON.stringify(item)).sort() : items]);
  };

  it.each([
    ['the filter stands', 'nft list table ip mcs'],
    ['the first device stands', 'ip link show mcs-inner'],
    ['the tunnel stands', 'ip link show mcs-cable'],
    ['the tunnel is up', 'ip link show up mcs-cable | grep .'],
    ['the first rule stands', 'ip rule show priority 4501 | grep .'],
    ['the first neighbour stands', 'ip neigh show nud permanent | grep .'],
    ['the first route stands', 'ip route show table 4501 | grep .'],
  ])('complete what a kill amid the apply left, as soon as %s', async (_when, sign) => {
    await settled();
    const whole = await stateOf(gateway);
    const pod = net.pod('a-0');
    await pod.end('SIGKILL');
    await gateway.network.remove(signal);
    pod.start();
    await eventually(async () => (await gateway.netns.exec('sh', ['-c', sign])).code === 0, { timeoutMs: 30_000, everyMs: 0 });
    await pod.end('SIGKILL');
    pod.start();
    await eventually(async () => expect(await stateOf(gateway)).toEqual(whole), { timeoutMs: 30_000, everyMs: 200 });
    await eventually(async () => (await ping(worker.pod, target.podAddresses[0]!)) === 1);
  }, 120_000);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Passage, PathsResult } from '../../src/probe/paths/paths-request.ts';
import { buildAgent } from '../helpers/build-agent.ts';
import { eventually } from '../helpers/eventually.ts';
import { applyAll, createScene, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { filterOn } from '../helpers/net-faults.ts';
import { pathsRequest, PROBE_TABLE, runProbe } from '../helpers/net-probe.ts';

const [A, B] = ['10.168.1.5', '192.168.1.5'];
const WAN = '203.0.113.1';
const [TO_B, TO_A] = ['00000000000000ab', '00000000000000ba'];
const PORT = 4500;
/** Not the tunnel's: vxlan takes packets from addresses only that the other end announces. */
const DISCOVERY = 4490;

let folder: string;
let scene: Scene;
let a: TestNode;
let b: TestNode;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcs-probe-'));
  await buildAgent(folder, 'probe');
  scene = createScene([{ id: 'a', octet: 1, addresses: [A] }, { id: 'b', octet: 2, addresses: [B] }]);
  [a, b] = scene.clusters.map(({ nodes }) => nodes[0]!) as [TestNode, TestNode];
  // the kernel holds the port of the tunnel from now on
  await applyAll(scene, { driver: 'vxlan' });
});
afterAll(async () => {
  await scene.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the nodes saw of each other's datagrams. */
async function exchange(): Promise<{ readonly toA: PathsResult['seen'][number]; readonly toB: PathsResult['seen'][number] }> {
  const [atA, atB] = await Promise.all([
    runProbe(a.netns, folder, { send: [{ token: TO_B, host: B, port: PORT, fromPort: PORT }], await: [{ token: TO_A, family: 'IPv4' }] }),
    runProbe(b.netns, folder, { send: [{ token: TO_A, host: A, port: PORT, fromPort: PORT }], await: [{ token: TO_B, family: 'IPv4' }] }),
  ]);
  expect([atA.blind, atB.blind]).toEqual([undefined, undefined]);
  expect([atA.sent[0], atB.sent[0]]).toMatchObject([{ from: A, fromPort: PORT }, { from: B, fromPort: PORT }]);
  return { toA: atA.seen[0]!, toB: atB.seen[0]! };
}

const passage = (from: string, to: string): Passage => ({ from, fromPort: PORT, to, toPort: PORT });

describe('datagrams between gateways', () => {
  it('reach the port of the tunnel from that port, which the kernel holds, and leave no table', async () => {
    const { toA, toB } = await exchange();
    expect(toB).toEqual({ token: TO_B, arrived: [passage(A, B)], delivered: [passage(A, B)] });
    expect(toA).toEqual({ token: TO_A, arrived: [passage(B, A)], delivered: [passage(B, A)] });
    for (const { netns } of [a, b]) expect(netns.sh('nft list tables')).not.toContain(PROBE_TABLE);
  });

  it('tell which direction a firewall on the way blocks', async () => {
    const heal = filterOn(scene.wan, `ip saddr ${A} udp dport ${PORT} drop`);
    const { toA, toB } = await exchange();
    heal();
    expect(toB).toEqual({ token: TO_B, arrived: [], delivered: [] });
    expect(toA.delivered).toEqual([passage(B, A)]);
  });

  it('tell a firewall of the node itself from one on the way', async () => {
    b.netns.sh(`nft 'table inet own { chain input { type filter hook input priority 0; udp dport ${PORT} drop; }; }'`);
    const { toB } = await exchange();
    b.netns.sh('nft delete table inet own');
    expect(toB).toEqual({ token: TO_B, arrived: [passage(A, B)], delivered: [] });
  });

  it('show the address that NAT gives them', async () => {
    scene.wan.sh(`nft 'table ip translate { chain out { type nat hook postrouting priority 100; ip saddr ${A} meta l4proto udp snat to ${WAN}:30000-30009; }; }'`);
    // one way only: to the router, what comes from the other end is an answer, which it leaves as it is
    const [, { seen: [toB] }] = await Promise.all([
      runProbe(a.netns, folder, { send: [{ token: TO_B, host: B, port: DISCOVERY, fromPort: DISCOVERY }] }),
      runProbe(b.netns, folder, { await: [{ token: TO_B, family: 'IPv4' }] }),
    ]);
    scene.wan.sh('nft delete table ip translate');
    expect(toB?.delivered.map(({ from, to, toPort }) => ({ from, to, toPort }))).toEqual([{ from: WAN, to: B, toPort: DISCOVERY }]);
    expect(toB?.delivered[0]?.fromPort).toBeGreaterThanOrEqual(30_000);
  });
});

describe('the table', () => {
  it('goes with the program that made it, when that is killed', async () => {
    const child = a.netns.spawn('env', 'MCS_SIMULATED=1', `MCS_SIMULATED_ROOT=${folder}`, process.execPath, join(folder, 'dist/agents/probe.js'), JSON.stringify({ paths: pathsRequest({ windowMs: 60_000, await: [{ token: TO_A, family: 'IPv4' }] }) }));
    const hasTable = (): boolean => a.netns.sh('nft list tables').includes(PROBE_TABLE);
    await eventually(() => expect(hasTable()).toBe(true));
    child.kill('SIGKILL');
    await eventually(() => expect(hasTable()).toBe(false));
  });
});

describe('the largest packet that passes', () => {
  it('is what the way promises, within and outside of the tunnel', async () => {
    const { sizes } = await runProbe(a.netns, folder, { windowMs: 10, sizes: [B, b.sources.IPv4] });
    expect(sizes).toMatchObject([{ address: B, device: 'eth0', promised: 1500, largest: 1500 }, { address: b.sources.IPv4, promised: 1450, largest: 1450 }]);
  });

  it('is less where somebody swallows large ones without a word', async () => {
    const heal = filterOn(scene.wan, `ip daddr ${B} meta length gt 1400 drop`);
    const { sizes } = await runProbe(a.netns, folder, { windowMs: 10, sizes: [B, b.sources.IPv4] });
    heal();
    expect(sizes).toMatchObject([{ promised: 1500, largest: 1400 }, { promised: 1450, largest: 1350 }]);
  });

  it('is not known where echoes are not answered', async () => {
    const heal = filterOn(scene.wan, `ip daddr ${B} meta l4proto icmp drop`);
    const { sizes: [size] } = await runProbe(a.netns, folder, { windowMs: 10, sizes: [B] });
    heal();
    expect(size).toEqual({ address: B, device: 'eth0', promised: 1500 });
  });
});

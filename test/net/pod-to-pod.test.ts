import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../helpers/eventually.ts';
import { createKeys, createScene, applyAll, type Driver, type Keys, planOf, type Scene, type TestNode } from '../helpers/net-clusters.ts';
import { askEcho, ping, serveEcho } from '../helpers/net-talk.ts';

/** Their gateways share the last three parts of their addresses. */
const SPECS = [
  { id: 'a', octet: 1, addresses: ['10.168.1.5', '10.168.1.6'] },
  { id: 'b', octet: 2, addresses: ['192.168.1.5', '192.168.1.6'] },
];

describe.each<Driver>(['vxlan', 'wireguard'])('createKernelNetwork with plans of planNetwork, %s', (driver) => {
  let scene: Scene;
  let keys: Map<string, Keys>;

  beforeAll(async () => {
    scene = createScene(SPECS);
    keys = new Map(await Promise.all(scene.clusters.map(async ({ id }) => [id, await createKeys(scene.wan)] as const)));
    for (const { nodes } of scene.clusters) for (const { pod, netns } of nodes) for (const each of [pod, netns]) await serveEcho(each);
    await applyAll(scene, { driver, keys });
  });
  afterAll(() => scene.stop());

  const pairs = [['a-0', 'b-0'], ['a-0', 'b-1'], ['a-1', 'b-0'], ['a-1', 'b-1'], ['b-0', 'a-0'], ['b-0', 'a-1'], ['b-1', 'a-0'], ['b-1', 'a-1']] as const;
  const nodeOf = (name: string): TestNode => scene.clusters.flatMap(({ nodes }) => nodes).find((node) => node.name === name)!;

  it.each(pairs)('leads pods of %s to pods of %s with their own addresses, both families', async (from, to) => {
    const [source, target] = [nodeOf(from), nodeOf(to)];
    for (const [index, address] of target.podAddresses.entries()) {
      expect(await askEcho(source.pod, address)).toBe(source.podAddresses[index]);
      expect(await ping(source.pod, address)).toBe(1);
    }
  });

  it.each(pairs)('leads %s itself to pods of %s with an address that is answered', async (from, to) => {
    const [source, target] = [nodeOf(from), nodeOf(to)];
    expect(await askEcho(source.netns, target.podAddresses[0]!)).toBe(source.sources.IPv4);
    expect(await askEcho(source.netns, target.podAddresses[1]!)).toBe(source.sources.IPv6);
  });

  it('gives what a node sends with another address of its own one that is answered', async () => {
    const [source, target] = [nodeOf('a-1'), nodeOf('b-1')];
    expect(await ping(source.netns, target.podAddresses[0]!, '-I', source.address)).toBe(1);
  });

  it('leads to the address of a node in the pod range, and leaves its other addresses to the routes that were there', async () => {
    expect(await ping(nodeOf('a-0').pod, nodeOf('b-0').sources.IPv4)).toBe(1);
    const routes = nodeOf('a-0').netns.sh('ip route get 192.168.1.5');
    expect(routes).toContain('dev eth0');
  });

  it('carries full packets without fragments', async () => {
    const mtu = driver === 'vxlan' ? 1450 : 1440;
    expect(await ping(nodeOf('a-0').pod, nodeOf('b-0').podAddresses[0]!, '-M', 'do', '-s', String(mtu - 28))).toBe(1);
    expect(await askEcho(nodeOf('a-1').pod, nodeOf('b-1').podAddresses[0]!, 1_000_000)).toBe(nodeOf('a-1').podAddresses[0]);
  });

  it('changes nothing where everything stands', async () => {
    expect(await applyAll(scene, { driver, keys })).toEqual(Array.from({ length: 4 }, () => ({ commands: 0, changes: [] })));
  });

  it('does not lose a packet while the plan is applied again', async () => {
    const flood = nodeOf('a-1').pod.exec('ping', ['-n', '-q', '-c', '100', '-i', '0.01', nodeOf('b-1').podAddresses[0]!]);
    for (let round = 0; round < 3; round += 1) await applyAll(scene, { driver, keys });
    expect((await flood).stdout).toContain(' 0% packet loss');
  });
});

describe('createKernelNetwork with plans of planNetwork, vxlan with two ports', () => {
  it('sends to the port on which the other side listens', async () => {
    const scene = createScene(SPECS);
    try {
      await applyAll(scene, { driver: 'vxlan', ports: { a: 4500, b: 4600 } });
      const [source, target] = scene.clusters.map(({ nodes }) => nodes[1]!) as [TestNode, TestNode];
      expect(await ping(source.pod, target.podAddresses[0]!)).toBe(1);
      const { signal } = new AbortController();
      const again = planOf(scene, scene.clusters[0]!, scene.clusters[0]!.nodes[0]!, { driver: 'vxlan', ports: { a: 4500, b: 4600 } });
      expect(await scene.clusters[0]!.nodes[0]!.network.apply(again, signal)).toEqual({ commands: 0, changes: [] });
      // and follows it to another one
      await applyAll(scene, { driver: 'vxlan', ports: { a: 4500, b: 4700 } });
      await eventually(async () => (await ping(target.pod, source.podAddresses[1]!)) === 1);
    } finally {
      await scene.stop();
    }
  });
});

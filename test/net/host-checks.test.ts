import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Exec } from '../../src/base/exec.ts';
import { checkHost, type HostCheckOptions } from '../../src/gateway/apply/host-checks.ts';
import { applyAll, createScene, type Scene, type TestNode } from '../helpers/net-clusters.ts';

const { signal } = new AbortController();
let scene: Scene;
let node: TestNode;

beforeAll(() => {
  scene = createScene([{ id: 'a', octet: 1, addresses: ['10.168.1.5'] }, { id: 'b', octet: 2, addresses: ['192.168.1.5'] }]);
  node = scene.clusters[0]!.nodes[0]!;
});
afterAll(() => scene.stop());

async function reasons(options: Partial<HostCheckOptions> = {}): Promise<string[]> {
  const { netns } = node;
  const problems = await checkHost(netns.exec, { driver: 'vxlan', isGateway: true, families: ['IPv4', 'IPv6'], listenPort: 4500, files: netns.files, wireguardFolder: netns.wireguardFolder, ...options }, signal);
  return problems.map(({ reason }) => reason);
}

describe('checkHost', () => {
  it('finds nothing on a host that has everything, before and after', async () => {
    expect(await reasons()).toEqual([]);
    await applyAll(scene, { driver: 'vxlan' });
    expect(await reasons()).toEqual([]);
    await node.network.remove(signal);
  });

  it('leaves no device behind where it is interrupted, and remove takes an older one away', async () => {
    const links = (): string => node.netns.sh('ip -o link show');
    const abort = new AbortController();
    const files = { ...node.netns.files, read: (path: string) => (path.startsWith('/sys/module/vxlan') ? Promise.resolve(undefined) : node.netns.files.read(path)) };
    const exec: Exec = async (command, args, options) => {
      const result = await node.netns.exec(command, args, { ...(options?.input !== undefined && { input: options.input }) });
      if (!args.includes('add')) return result;
      expect(links()).toContain('mcs-probe');
      abort.abort(new Error('stopped'));
      throw abort.signal.reason as Error;
    };
    await expect(checkHost(exec, { driver: 'vxlan', isGateway: true, families: ['IPv4'], listenPort: 4500, files }, abort.signal)).rejects.toThrow('stopped');
    expect(links()).not.toContain('mcs-probe');
    node.netns.sh('ip link add mcs-probe type vxlan id 16777215 dstport 4800');
    await node.network.remove(signal);
    expect(links()).not.toContain('mcs-probe');
  });

  it.each([
    { reason: 'ForwardingOff', damage: 'sysctl -qw net.ipv4.ip_forward=0', undo: 'sysctl -qw net.ipv4.ip_forward=1' },
    { reason: 'ForwardingOff', damage: 'sysctl -qw net.ipv6.conf.all.forwarding=0', undo: 'sysctl -qw net.ipv6.conf.all.forwarding=1' },
    { reason: 'ForwardBlocked', damage: "nft 'add table inet fw; add chain inet fw f { type filter hook forward priority 0; policy drop; }'", undo: 'nft delete table inet fw' },
    { reason: 'PathFilterStrict', damage: 'sysctl -qw net.ipv4.conf.all.rp_filter=1', undo: 'true', options: { cniDelivers: true } },
  ])('says $reason after $damage', async ({ reason, damage, undo, options }) => {
    node.netns.sh(damage);
    expect(await reasons(options)).toEqual([reason]);
    node.netns.sh(undo);
  });

  it.each([{ port: 4500, isGateway: true, expected: ['PortTaken'] }, { port: 4500, isGateway: false, expected: [] }, { port: 4800, isGateway: false, expected: ['PortTaken'] }])('says PortTaken where somebody has UDP port $port that is needed', async ({ port, isGateway, expected }) => {
    const holder = node.netns.spawn(process.execPath, '-e', `require('dgram').createSocket('udp4').bind(${port}, () => console.log('bound'))`);
    await new Promise((resolve) => holder.stdout!.once('data', resolve));
    expect(await reasons({ isGateway })).toEqual(expected);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill();
    await gone;
  });

  it('says why wireguard-go does not run', async () => {
    const wireguardFolder = mkdtempSync(join(tmpdir(), 'mcs-net-'));
    writeFileSync(join(wireguardFolder, 'mcs-cable.trouble'), 'Failed to create TUN device: /dev/net/tun does not exist');
    writeFileSync(join(wireguardFolder, 'mcs-cable.wanted'), '');
    const problems = await reasons({ driver: 'wireguard', wireguardFolder });
    rmSync(wireguardFolder, { recursive: true });
    expect(problems).toEqual(['TunDeviceMissing']);
  });
});

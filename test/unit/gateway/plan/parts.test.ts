import { describe, expect, it } from '@jest/globals';
import { acceptSubnets } from '../../../../src/gateway/plan/accept-subnets.ts';
import { macOf } from '../../../../src/api/mac.ts';
import { assignNextHops } from '../../../../src/gateway/plan/next-hops.ts';
import { parseCidrs } from '../../../../src/gateway/plan/scene.ts';
import { tunnelMtu } from '../../../../src/gateway/plan/tunnel-mtu.ts';
import type { IpFamily } from '../../../../src/api/types/index.ts';
import type { RemoteView } from '../../../../src/gateway/plan/types.ts';

describe('assignNextHops', () => {
  it('gives link-local addresses of both families', () => {
    const hops = assignNextHops(['02:00:5e:10:00:01']);
    expect(hops.of('02:00:5e:10:00:01', 'IPv4')).toMatch(/^169\.254\.\d+\.\d+$/);
    expect(hops.of('02:00:5e:10:00:01', 'IPv6')).toBe('fe80::5eff:fe10:1');
  });

  it('tells peers apart that want the same address', () => {
    const macs = ['02:01:00:00:00:07', '02:02:00:00:00:07', '02:03:00:00:00:07'];
    const hops = assignNextHops(macs);
    expect(new Set(macs.map((mac) => hops.of(mac, 'IPv4'))).size).toBe(3);
  });

  it('keeps the address of a peer while others come and go', () => {
    const macs = Array.from({ length: 300 }, (_, index) => macOf('inner', 'west', `node-${index}`, '10.0.0.1'));
    const [all, some] = [assignNextHops(macs), assignNextHops(macs.slice(0, 150))];
    const moved = macs.slice(0, 150).filter((mac) => all.of(mac, 'IPv4') !== some.of(mac, 'IPv4'));
    expect(moved.length).toBeLessThanOrEqual(2);
    expect(new Set(macs.map((mac) => all.of(mac, 'IPv4'))).size).toBe(300);
  });

  it('stays clear of the reserved ends of the range', () => {
    for (const slot of ['00:00:00:00', '00:00:fd:ff', 'ff:ff:ff:ff']) {
      const address = assignNextHops([`02:00:${slot}`]).of(`02:00:${slot}`, 'IPv4');
      const third = Number(address.split('.')[2]);
      expect(third).toBeGreaterThanOrEqual(1);
      expect(third).toBeLessThanOrEqual(254);
    }
  });

  it('throws for a MAC that is no peer', () => {
    expect(() => assignNextHops([]).of('02:00:00:00:00:01', 'IPv4')).toThrow(RangeError);
  });
});

describe('tunnelMtu', () => {
  it.each([
    ['vxlan', 1500, 'IPv4', 1450],
    ['vxlan', 1500, 'IPv6', 1430],
    ['wireguard', 1500, 'IPv4', 1440],
    ['wireguard', 1500, 'IPv6', 1420],
    ['vxlan', 9001, 'IPv4', 8951],
    ['vxlan', 1280, 'IPv4', 1230],
    ['vxlan', 600, 'IPv4', 576],
  ] as const)('%s over %d, %s: %d', (driver, uplink, family, expected) => {
    expect(tunnelMtu(driver, uplink, family)).toBe(expected);
  });
});

describe('acceptSubnets', () => {
  const remote = (clusterID: string, ...subnets: string[]): RemoteView => ({ clusterID, cableName: clusterID, address: '192.0.2.1', port: 4500, subnets, ownAddresses: [] });
  const accepted = (remotes: readonly RemoteView[], families: readonly IpFamily[] = ['IPv4', 'IPv6']): string[][] => acceptSubnets(remotes, parseCidrs(['10.1.0.0/16']), families).map(({ subnets }) => subnets.map(({ text }) => text));

  it.each([
    ['takes ranges apart from the own', [remote('a', '10.2.0.0/16', 'fd00::/48')], [['10.2.0.0/16', 'fd00::/48']]],
    ['leaves out what meets the own pods', [remote('a', '10.1.4.0/24', '10.2.0.0/16')], [['10.2.0.0/16']]],
    ['leaves out what holds the own pods', [remote('a', '10.0.0.0/8')], [[]]],
    ['gives a contested range to the first', [remote('a', '10.2.0.0/16'), remote('b', '10.2.3.0/24', '10.3.0.0/16')], [['10.2.0.0/16'], ['10.3.0.0/16']]],
    ['ignores what is no range', [remote('a', 'ten', '10.2.0.0/33')], [[]]],
  ])('%s', (_title, remotes, expected) => {
    expect(accepted(remotes)).toEqual(expected);
  });

  it('leaves out ranges of a family that the own pods do not have', () => {
    expect(accepted([remote('a', '10.2.0.0/16', 'fd00::/48')], ['IPv4'])).toEqual([['10.2.0.0/16']]);
  });
});

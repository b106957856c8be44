import { describe, expect, it } from '@jest/globals';
import { viewService } from '../../../src/dns/service-entry.ts';
import { importOf, sliceOf } from './fixtures.ts';

const headless = importOf('db', { type: 'Headless' });
const hostsOf = (...slices: ReturnType<typeof sliceOf>[]): string[] => [...viewService(headless, slices).hosts.keys()];

describe('viewService names hosts', () => {
  const cases: [string, { hostname?: string; addresses: string[] }, string, string[]][] = [
    ['by their hostname, in lower case', { hostname: 'DB-0', addresses: ['10.1.0.5'] }, 'west', ['db-0.west']],
    ['by their address without one', { addresses: ['10.1.0.5'] }, 'west', ['10-1-0-5.west']],
    ['by their address in IPv6', { addresses: ['fd00::5'] }, 'west', ['fd00--5.west']],
    ['by their address where the hostname is no label', { hostname: 'a.b', addresses: ['10.1.0.5'] }, 'west', ['10-1-0-5.west']],
    ['not at all in a cluster whose id is no label', { addresses: ['10.1.0.5'] }, 'we.st', []],
  ];
  it.each(cases)('%s', (_rule, endpoint, cluster, expected) => {
    expect(hostsOf(sliceOf('db', cluster, [endpoint]))).toEqual(expected);
  });

  it('D6: not where the full name would be longer than 253, but keeps their addresses', () => {
    const long = importOf('s'.repeat(63), { type: 'Headless' }, 'n'.repeat(63));
    const view = viewService(long, [sliceOf('x', 'c'.repeat(63), [{ addresses: ['10.1.0.5'], hostname: 'h'.repeat(60) }])]);
    expect([view.hosts.size, view.ipv4]).toEqual([0, ['10.1.0.5']]);
  });

  it('once for slices of several ports and families', () => {
    const endpoint = { hostname: 'db-0', addresses: ['10.1.0.5'] };
    const second = { ...sliceOf('db', 'west', [endpoint], [{ name: 'admin', port: 81 }]) };
    const view = viewService(headless, [sliceOf('db', 'west', [endpoint], [{ name: 'pg', port: 80 }]), second, sliceOf('db', 'west', [{ hostname: 'db-0', addresses: ['fd00::5'] }], [], 'IPv6')]);
    expect([...view.hosts.values()]).toEqual([
      {
        label: 'db-0.west',
        ipv4: ['10.1.0.5'],
        ipv6: ['fd00::5'],
        ports: [
          { name: 'pg', protocol: 'TCP', port: 80 },
          { name: 'admin', protocol: 'TCP', port: 81 },
        ],
      },
    ]);
    expect(view.ipv4).toEqual(['10.1.0.5']);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Exec } from '../../../../src/base/exec.ts';
import { measureSize, searchLargest } from '../../../../src/probe/paths/measure-size.ts';

describe('searchLargest', () => {
  it.each([[1500, 1500, 1500], [1499, 1500, 1499], [1400, 1500, 1400], [577, 1500, 577], [576, 1500, 576], [575, 1500, undefined], [8951, 9000, 8951], [500, 576, undefined]])('finds %d of %d: %s', async (limit, max, expected) => {
    expect(await searchLargest(max, (size) => Promise.resolve(size <= limit))).toBe(expected);
  });

  it('waits for few sizes one after the other, each of which may cost a second', async () => {
    let rounds = 0;
    let pending = 0;
    const passes = async (size: number): Promise<boolean> => {
      if (pending === 0) rounds += 1;
      pending += 1;
      await Promise.resolve();
      pending -= 1;
      return size <= 1337;
    };
    expect(await searchLargest(1500, passes)).toBe(1337);
    expect(rounds).toBeLessThanOrEqual(7);
  });

  it('takes no moment of loss for a limit', async () => {
    let asked = 0;
    expect(await searchLargest(1500, () => Promise.resolve((asked += 1) > 1))).toBe(1500);
  });
});

describe('measureSize', () => {
  /** Routes and links as `ip` tells them; echoes up to 1400 bytes come back. */
  const exec = (route: object, mtu: number): Exec => (program, args) => {
    const size = Number(args.at(-1));
    const stdout = program === 'traceroute' ? `traceroute\n64  ${size <= 1400 ? '10.2.0.1  1 ms' : '* * *'}` : JSON.stringify(args.includes('link') ? [{ mtu }] : [route]);
    return Promise.resolve({ stdout, stderr: '', code: 0 });
  };

  it.each([
    ['what the device carries', { dev: 'eth0' }, 1500, { promised: 1500, largest: 1400 }],
    ['what the route allows', { dev: 'eth0', metrics: [{ mtu: 1380 }] }, 1500, { promised: 1380, largest: 1380 }],
    ['what the device carries, for a route that allows more', { dev: 'eth0', metrics: [{ mtu: 9000 }] }, 1300, { promised: 1300, largest: 1300 }],
  ])('compares with %s', async (_what, route, mtu, expected) => {
    expect(await measureSize(exec(route, mtu), '10.2.0.1')).toEqual({ address: '10.2.0.1', device: 'eth0', ...expected });
  });

  it('gives nothing where there is no route', async () => {
    expect(await measureSize(() => Promise.resolve({ stdout: '', stderr: 'unreachable', code: 2 }), '10.2.0.1')).toBeUndefined();
  });
});

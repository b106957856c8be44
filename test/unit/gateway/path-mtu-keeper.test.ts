import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../src/base/log.ts';
import { measurePathMtu, type PathMtuOptions } from '../../../src/gateway/apply/measure-path-mtu.ts';
import type { Exec } from '../../../src/base/exec.ts';
import { PathMtuKeeper } from '../../../src/gateway/path-mtu-keeper.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const MINUTE = 60_000;
const OPTIONS: PathMtuOptions = { source: '10.1.0.1', target: '10.2.0.1', max: 1450, driver: 'vxlan', endpoint: '192.0.2.1' };

let clock: FakeClock;
let keeper: PathMtuKeeper;
/** What the path carries now. */
let real: number | undefined;
/** What was asked: the size that is known, or `anew`. */
let asked: (number | string)[];
let changes: number;
let isUp: boolean;

beforeEach(async () => {
  [clock, real, asked, changes, isUp] = [new FakeClock(), 1400, [], 0, true];
  keeper = new PathMtuKeeper({
    measure: ({ known }) => {
      asked.push(known ?? 'anew');
      return Promise.resolve(known !== undefined && real !== undefined && known <= real ? known : real);
    },
    target: () => (isUp ? OPTIONS : undefined),
    remembered: (name) => (name === 'old' ? 1234 : undefined),
    onChange: () => { changes += 1; },
    clock,
    logger: silentLogger,
  });
  await keeper.start(new AbortController().signal);
});
afterEach(() => keeper.stop());

describe('PathMtuKeeper', () => {
  it('measures when asked, and keeps what it or an earlier run found', async () => {
    keeper.measure('west');
    await clock.advance(10);
    expect([keeper.find('west'), keeper.find('none'), keeper.find('old'), changes]).toEqual([1400, undefined, 1234, 1]);
  });

  it('finds within a minute that a path has become narrower', async () => {
    keeper.measure('west');
    await clock.advance(10);
    real = 1300;
    await clock.advance(MINUTE);
    expect([keeper.find('west'), changes, asked]).toEqual([1300, 2, ['anew', 1400]]);
  });

  it('finds within ten minutes that a path has become wider', async () => {
    keeper.measure('west');
    await clock.advance(10);
    real = 1450;
    await clock.advance(9 * MINUTE);
    expect([keeper.find('west'), asked]).toEqual([1400, ['anew', ...Array<number>(9).fill(1400)]]);
    await clock.advance(MINUTE);
    expect([keeper.find('west'), asked.at(-1)]).toEqual([1450, 'anew']);
  });

  it('keeps what it knows where nothing is answered', async () => {
    keeper.measure('west');
    await clock.advance(10);
    real = undefined;
    await clock.advance(MINUTE);
    expect([keeper.find('west'), changes]).toEqual([1400, 1]);
  });

  it('ends where there is nothing to ask any more, and begins anew when asked', async () => {
    keeper.measure('west');
    await clock.advance(10);
    isUp = false;
    await clock.advance(MINUTE);
    expect([asked, clock.pending]).toEqual([['anew'], 0]);
    isUp = true;
    keeper.measure('west');
    await clock.advance(10);
    expect(asked).toEqual(['anew', 'anew']);
  });

  it('has one timer for a path, however often it is asked, and none for one that is gone', async () => {
    for (let count = 0; count < 3; count += 1) keeper.measure('west');
    await clock.advance(10);
    keeper.measure('west');
    await clock.advance(10);
    expect(clock.pending).toBe(1);
    keeper.keepOnly(new Set());
    expect([keeper.find('west'), clock.pending]).toEqual([undefined, 0]);
  });
});

describe('measurePathMtu', () => {
  const { signal } = new AbortController();

  /** Sizes that were sent, on a path that carries `limit` bytes and loses the packets of these turns. */
  async function sizes(limit: number, known: number | undefined, lost: readonly number[] = []): Promise<{ sent: number[]; found: number | undefined }> {
    const sent: number[] = [];
    const exec: Exec = (command, args) => {
      if (command !== 'traceroute') return Promise.resolve({ stdout: '[{}]', stderr: '', code: 0 });
      const size = Number(args.at(-1));
      const isLost = lost.includes(sent.push(size) - 1);
      return Promise.resolve({ stdout: `\n64  ${size <= limit && !isLost ? '10.2.0.1  1 ms' : '*'} `, stderr: '', code: 0 });
    };
    const found = await measurePathMtu(exec, { ...OPTIONS, ...(known !== undefined && { known }) }, signal);
    return { sent, found };
  }

  it.each([
    { what: 'one size where that passes', limit: 1400, known: 1400, sent: [1400], found: 1400 },
    { what: 'it twice where packets were lost', limit: 1400, known: 1400, lost: [0], sent: [1400, 1400], found: 1400 },
    { what: 'all sizes where it does not pass', limit: 1280, known: 1281, found: 1280 },
    { what: 'all sizes where the device has become narrower', limit: 1450, known: 1500, sent: [1450], found: 1450 },
    { what: 'all sizes where nothing is known', limit: 1450, known: undefined, sent: [1450], found: 1450 },
  ])('tries $what', async ({ limit, known, lost, sent, found }) => {
    const result = await sizes(limit, known, lost);
    expect(result.found).toBe(found);
    if (sent !== undefined) expect(result.sent).toEqual(sent);
    else expect(result.sent.length).toBeGreaterThan(3);
  });
});

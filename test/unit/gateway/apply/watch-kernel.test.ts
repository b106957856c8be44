import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Follow } from '../../../../src/base/exec.ts';
import { createKernelWatch } from '../../../../src/gateway/apply/watch-kernel.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

describe('createKernelWatch', () => {
  async function start(): Promise<{ lines: Map<string, (line: string) => void>; clock: FakeClock; calls: () => number; stop: () => Promise<void> }> {
    const lines = new Map<string, (line: string) => void>();
    const clock = new FakeClock();
    let calls = 0;
    const follow: Follow = (command, _args, onLine, signal) => {
      lines.set(command, onLine);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    };
    const watch = createKernelWatch({ follow, logger: silentLogger, clock, onChange: () => { calls += 1; }, debounceMs: 200, intervalMs: 10_000 });
    await watch.start(new AbortController().signal);
    return { lines, clock, calls: () => calls, stop: () => watch.stop() };
  }

  it.each([
    { command: 'ip', line: 'Deleted 7: mcs-cable: <BROADCAST> mtu 1450', expected: 1 },
    { command: 'ip', line: 'Deleted 10.2.0.0/16 via 169.254.3.4 dev mcs-cable table 4500', expected: 1 },
    { command: 'ip', line: 'Deleted 4501: from all lookup 4500', expected: 1 },
    { command: 'nft', line: 'delete table ip mcs', expected: 1 },
    { command: 'ip', line: '9: veth1@if2: <BROADCAST,UP> mtu 1500', expected: 0 },
    { command: 'nft', line: 'delete table ip kube-proxy', expected: 0 },
  ])('calls $expected times for "$line"', async ({ command, line, expected }) => {
    const { lines, clock, calls, stop } = await start();
    for (let repeat = 0; repeat < 5; repeat += 1) lines.get(command)?.(line);
    await clock.advance(250);
    expect(calls()).toBe(expected);
    await stop();
  });

  it('calls every interval, whatever the monitors say', async () => {
    const { clock, calls, stop } = await start();
    for (let seconds = 0; seconds < 21; seconds += 1) await clock.advance(1000);
    expect(calls()).toBe(2);
    await stop();
    for (let seconds = 0; seconds < 21; seconds += 1) await clock.advance(1000);
    expect(calls()).toBe(2);
  });
});

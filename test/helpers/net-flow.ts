import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';
import type { Netns } from './netns.ts';

/** Pings that go on until they are ended. */
export interface Flow {
  /** Numbers of those that came back. */
  readonly received: ReadonlySet<number>;
  /** Waits until so many more have come back. */
  more(count: number): Promise<void>;
  /** Waits for some more, and ends it. */
  end(): Promise<FlowResult>;
}

export interface FlowResult {
  readonly received: number;
  /** Sent before the last one that came back, and not come back. */
  readonly lost: number;
  /** Longest time between two that came back, s. */
  readonly longestGap: number;
}

/** Pings every 20 ms. */
export function startFlow(from: Netns, host: string): Flow {
  const child = from.spawn('ping', '-n', '-D', '-i', '0.02', '-W', '1', host);
  const received = new Set<number>();
  const times: number[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [, time, sequence] = /^\[([\d.]+)\] \d+ bytes from .* icmp_seq=(\d+)/.exec(line) ?? [];
    if (time === undefined || received.has(Number(sequence))) return;
    received.add(Number(sequence));
    times.push(Number(time));
  });
  const more = async (count: number): Promise<void> => {
    const goal = received.size + count;
    await eventually(() => received.size >= goal, { timeoutMs: 60_000 });
  };
  return {
    received,
    more,
    end: async () => {
      await more(25);
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
      return { received: received.size, lost: Math.max(...received) - received.size, longestGap: Math.max(0, ...gaps) };
    },
  };
}

import { type Clock, sleep, systemClock } from '../../base/clock.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { backoffDelay } from '../../base/retry.ts';
import type { Follow } from '../../base/exec.ts';

export interface KernelWatchOptions {
  readonly follow: Follow;
  readonly logger: Logger;
  /** Called when something of ours may have changed, and every `intervalMs`. */
  readonly onChange: () => void;
  readonly clock?: Clock;
  /** How long changes are gathered before a call, ms. Default 200. */
  readonly debounceMs?: number;
  /** Default 10,000 ms. */
  readonly intervalMs?: number;
}

/** Programs that say what changes in the kernel. What they miss while they are down, the interval catches. */
const MONITORS: readonly (readonly [string, ...string[]])[] = [
  ['ip', '-o', 'monitor', 'link', 'route', 'rule'],
  // what others take away: what is added elsewhere does not concern us
  ['nft', 'monitor', 'destroy'],
];
/** Our devices, tables and rules. */
const OURS = /\bmcs\b|450[01]/;
const BACKOFF = { baseMs: 500, capMs: 60_000 };
/** A monitor that has run so long is not one that cannot start. */
const STEADY_MS = 60_000;

export function createKernelWatch({ follow, logger, onChange, clock = systemClock, debounceMs = 200, intervalMs = 10_000 }: KernelWatchOptions): Startable {
  let stopped: AbortController | undefined;
  let monitors: Promise<void>[] = [];
  let cancelCall: (() => void) | undefined;
  let cancelTick: (() => void) | undefined;

  function callSoon(): void {
    cancelCall ??= clock.schedule(() => {
      cancelCall = undefined;
      onChange();
    }, debounceMs);
  }

  function tick(): void {
    cancelTick = clock.schedule(() => {
      tick();
      callSoon();
    }, intervalMs);
  }

  async function monitor([command, ...args]: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const begun = clock.monotonic();
      await follow(command, args, (line) => { if (OURS.test(line)) callSoon(); }, signal);
      if (clock.monotonic() - begun > STEADY_MS) failures = 0;
      logger.debug('a monitor ended', { command });
      await sleep(clock, backoffDelay(failures, BACKOFF), signal).catch(() => undefined); // the loop sees the signal
    }
  }

  return {
    name: 'kernel watch',
    start: () => {
      if (stopped === undefined) {
        const { signal } = (stopped = new AbortController());
        monitors = MONITORS.map((command) => monitor(command, signal));
        tick();
      }
      return Promise.resolve();
    },
    stop: async () => {
      stopped?.abort();
      stopped = undefined;
      cancelTick?.();
      cancelCall?.();
      cancelCall = undefined;
      await Promise.all(monitors);
    },
  };
}

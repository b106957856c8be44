import { type Clock, sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffDelay } from '../base/retry.ts';
import type { LeaderElector } from './leader-elector.ts';

export interface ContendOptions {
  /** Who leads, for the log: `controller`. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const RESTART: Backoff = { baseMs: 1_000, capMs: 60_000 };

/**
 * Leads whenever the elector has the lead, until the signal fires. What fails while leading has been
 * released by then, and is begun anew after a while. Never throws.
 */
export async function contend(elector: LeaderElector, lead: (signal: AbortSignal) => Promise<void>, { name, clock, logger, signal }: ContendOptions): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await elector.run(lead, signal);
    } catch (error) {
      logger.error(`The ${name} failed and begins anew`, { error });
      await sleep(clock, backoffDelay(attempt, RESTART), signal).catch(() => undefined); // only the stop ends it early
    }
  }
}

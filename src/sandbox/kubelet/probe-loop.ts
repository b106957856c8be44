import type { Clock } from '../../base/clock.ts';
import { type HttpProbe, type ProbeTimes, sendProbe } from './probe.ts';

export interface ProbeLoopOptions {
  readonly probe: HttpProbe & ProbeTimes;
  readonly clock: Clock;
  /**
   * Probes quickly until the first success: a person waits for it. Without, the loop begins after
   * the initial delay and keeps its period.
   */
  readonly eager: boolean;
  /** Called with true after each success, and with false once the failures reach the threshold. */
  readonly onResult: (ok: boolean) => void;
  readonly send?: (probe: HttpProbe) => Promise<boolean>;
}

const EAGER_MS = 40;
/** Quick probes end after this many, for what never becomes ready. */
const EAGER_TRIES = 250;

/** Probes until the returned function is called. */
export function startProbing({ probe, clock, eager, onResult, send = sendProbe }: ProbeLoopOptions): () => void {
  let stopped = false;
  let failures = 0;
  let tries = 0;
  let succeeded = false;
  let cancel: () => void = () => undefined;
  const run = async (): Promise<void> => {
    const ok = await send(probe);
    if (stopped) return;
    tries += 1;
    failures = ok ? 0 : failures + 1;
    succeeded ||= ok;
    if (ok) onResult(true);
    else if (failures >= probe.failureThreshold) onResult(false);
    const quick = eager && !succeeded && tries < EAGER_TRIES;
    cancel = clock.schedule(() => void run(), quick ? Math.min(EAGER_MS, probe.periodMs) : probe.periodMs);
  };
  cancel = clock.schedule(() => void run(), eager ? EAGER_MS : probe.initialDelayMs);
  return () => {
    stopped = true;
    cancel();
  };
}

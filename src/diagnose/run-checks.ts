import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { errorMessage } from '../base/errors.ts';
import type { Check, CheckOutcome, CheckResult } from './check.ts';

export interface RunChecksOptions {
  readonly signal: AbortSignal;
  /** All checks of one cluster must end by then, ms; what has not is a failed check. */
  readonly deadlineMs: number;
  readonly clock?: Clock;
}

/**
 * Runs checks against one cluster, those that do not depend on each other in parallel. A check
 * whose cause failed is skipped under the name of that cause; one that throws or is late fails.
 * Results stand in the order of `checks`.
 */
export async function runChecks<C>(checks: readonly Check<C>[], context: C, options: RunChecksOptions): Promise<readonly CheckResult[]> {
  const clock = options.clock ?? systemClock;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const late = sleep(clock, options.deadlineMs, signal).then(lateOutcome, () => lateOutcome());
  const running = new Map<string, Promise<CheckResult>>();
  for (const check of checks) {
    running.set(check.id, runOne(check, context, { running, late, signal, clock }));
  }
  const results = await Promise.all(running.values());
  stop.abort();
  options.signal.throwIfAborted();
  return results;
}

interface Run {
  readonly running: ReadonlyMap<string, Promise<CheckResult>>;
  readonly late: Promise<CheckOutcome>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

async function runOne<C>(check: Check<C>, context: C, { running, late, signal, clock }: Run): Promise<CheckResult> {
  const { id, title, topic } = check;
  // only checks listed earlier are awaited, so needs can form no circle
  const causes = await Promise.all(check.needs.map((need) => running.get(need)).filter((result) => result !== undefined));
  const begun = clock.monotonic();
  const cause = causes.find((result) => result.status === 'fail' || result.causedBy !== undefined);
  if (cause !== undefined) {
    const causedBy = cause.causedBy ?? cause.id;
    return { id, title, topic, status: 'skip', evidence: [`caused by ${causedBy}`], causedBy, durationMs: 0 };
  }
  const attempt = async (): Promise<CheckOutcome> => check.run(context, signal); // a throw before the first await counts too
  const outcome = await Promise.race([late, attempt().catch(crashedOutcome)]);
  return { id, title, topic, ...outcome, durationMs: Math.round(clock.monotonic() - begun) };
}

function lateOutcome(): CheckOutcome {
  return { status: 'fail', evidence: ['no result before the deadline of this cluster'], fix: ['mcs diagnose all --timeout 60s'] };
}

function crashedOutcome(error: unknown): CheckOutcome {
  return { status: 'fail', evidence: [`the check could not be completed: ${errorMessage(error)}`] };
}

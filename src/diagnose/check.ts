/** What a check found. `skip` says in its evidence what was not tested and why. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip';

export interface CheckOutcome {
  readonly status: CheckStatus;
  /** What was seen, one fact a line. */
  readonly evidence: readonly string[];
  /** Runnable commands that cure it, best first. */
  readonly fix?: readonly string[];
}

/** Groups of checks, as `mcs diagnose <topic>` names them. */
export type Topic = 'k8s-version' | 'deployment' | 'cidrs' | 'connections' | 'service-discovery' | 'dns';

/**
 * One question about one cluster, as data. The runner decides what to run, what an outcome means
 * for the exit code, and what becomes of a check that throws.
 */
export interface Check<Context> {
  /** Stable: scripts suppress and select by it. */
  readonly id: string;
  readonly title: string;
  readonly topic: Topic;
  /** Ids of checks that must not fail for this one to mean anything. */
  readonly needs: readonly string[];
  run(context: Context, signal: AbortSignal): Promise<CheckOutcome>;
}

export interface CheckResult extends CheckOutcome {
  readonly id: string;
  readonly title: string;
  readonly topic: Topic;
  /** Id of the failed check that made this one meaningless. */
  readonly causedBy?: string;
  readonly durationMs: number;
}

export const pass = (...evidence: readonly string[]): CheckOutcome => ({ status: 'pass', evidence });
export const skip = (...evidence: readonly string[]): CheckOutcome => ({ status: 'skip', evidence });
export const warn = (evidence: readonly string[], fix: readonly string[] = []): CheckOutcome => ({ status: 'warn', evidence, fix });
export const fail = (evidence: readonly string[], fix: readonly string[] = []): CheckOutcome => ({ status: 'fail', evidence, fix });

/** `1 pod`, `2 pods` */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** What a check found. `skip` says in its evidence what was not tested and why. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip';

export interface CheckOutcome {
  readonly status: CheckStatus;
  /** What was seen, one fact a line. */
  readonly evidence: readonly string[];
  /** Runnable commands that cure it, best first. */
  readonly fix?: readonly string[];
  /** What `--fix` may do about it, in this order. */
  readonly repairs?: readonly Repair[];
  /** Where it is to be mended, if not here: the first of these that is a finding too explains this one. */
  readonly suspects?: readonly Suspect[];
}

/**
 * Checks of another cluster. They stand before the one that names them in the list of all checks, or are
 * the same one: no two findings can wait for each other then.
 */
export interface Suspect {
  readonly cluster: string;
  readonly ids: readonly string[];
  /** The cluster that checks of pairs among them were asked about. */
  readonly peer?: string;
}

/** A change of one object that cures a finding. */
export interface Repair {
  /** What it does, as in "restart Deployment submariner-operator/mcs-dns". */
  readonly description: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** RFC 7386. */
  readonly mergePatch: Readonly<Record<string, unknown>>;
}

/** Groups of checks, as `mcs diagnose <topic>` names them. */
export type Topic = 'k8s-version' | 'deployment' | 'cidrs' | 'cni' | 'kube-proxy-mode' | 'connections' | 'firewall-intra-cluster' | 'firewall-inter-cluster' | 'nat-discovery' | 'service-discovery' | 'dns' | 'workstation';

interface CheckFacts {
  /** Stable: scripts suppress and select by it. */
  readonly id: string;
  readonly title: string;
  readonly topic: Topic;
  /** Ids of earlier checks that must not fail in the same cluster for this one to mean anything. */
  readonly needs: readonly string[];
}

/** One question about one cluster. */
export interface SingleCheck<Context> extends CheckFacts {
  readonly scope?: 'cluster';
  run(context: Context, signal: AbortSignal): Promise<CheckOutcome>;
}

/** One question about a cluster and each of its peers. */
export interface PairCheck<Context> extends CheckFacts {
  readonly scope: 'pair';
  /** Ids of earlier checks that must not fail in the other cluster; of those of pairs, with this one. */
  readonly peerNeeds: readonly string[];
  /** Names of the clusters that it asks about. What looks at both directions lists each pair under one of the two. */
  peersOf(context: Context): readonly string[];
  run(context: Context, signal: AbortSignal, peer: string): Promise<CheckOutcome>;
}

/**
 * A question as data. The runner decides what to run, what an outcome means for the exit code, and
 * what becomes of a check that throws.
 */
export type Check<Context> = SingleCheck<Context> | PairCheck<Context>;

export interface CheckResult extends Omit<CheckOutcome, 'suspects'> {
  readonly id: string;
  readonly title: string;
  readonly topic: Topic;
  /** The other cluster, where it was asked about a pair. */
  readonly peer?: string;
  /** Id of the failed check that made this one meaningless, or of the finding that explains it. */
  readonly causedBy?: string;
  /** Cluster of that one, if it is another one. */
  readonly causedIn?: string;
  /** Status that was found, where `--suppress` has made it a skip. */
  readonly suppressed?: CheckStatus;
  readonly durationMs: number;
}

export const pass = (...evidence: readonly string[]): CheckOutcome => ({ status: 'pass', evidence });
export const skip = (...evidence: readonly string[]): CheckOutcome => ({ status: 'skip', evidence });
export const warn = (evidence: readonly string[], fix: readonly string[] = []): CheckOutcome => ({ status: 'warn', evidence, fix });
export const fail = (evidence: readonly string[], fix: readonly string[] = []): CheckOutcome => ({ status: 'fail', evidence, fix });

/** `1 pod`, `2 pods` */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** The first `shown` lines, then `and 3 more`, and what they are where `noun` tells. */
export function firstLines(lines: readonly string[], shown: number, noun?: string): readonly string[] {
  const rest = lines.length - shown;
  return rest > 0 ? [...lines.slice(0, shown), `and ${rest} more${noun === undefined ? '' : ` ${noun}`}`] : lines;
}

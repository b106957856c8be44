import { McsError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import type { Check, CheckResult, Topic } from './check.ts';

/** A finding that its owners know of. */
export interface Suppression {
  readonly id: string;
  /** In this cluster only; in all without it. */
  readonly cluster?: string;
}

export interface Selection {
  /** Checks of these topics only. */
  readonly topics?: readonly Topic[];
  /** Ids, beginnings of ids (`MCS-DNS`) or topics; all checks where there are none. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

type Known = Pick<Check<never>, 'id' | 'topic' | 'needs'>;

function matches({ id, topic }: Pick<Known, 'id' | 'topic'>, selector: string): boolean {
  const wanted = selector.toUpperCase();
  return id === wanted || id.startsWith(`${wanted}-`) || topic === selector;
}

function requireKnown(selectors: readonly string[], known: readonly Known[]): void {
  const wrong = selectors.find((selector) => !known.some((check) => matches(check, selector)));
  if (wrong === undefined) return;
  const near = nearestName(wrong, [...new Set(known.flatMap(({ id, topic }) => [id, topic]))]);
  throw new McsError('MCS_USAGE', `Cannot select checks: there is none with the id or topic "${wrong}"${near === undefined ? '' : `; did you mean "${near}"?`}`, { hints: ['mcs diagnose all -o json'] });
}

/** What is to be asked, in the order of `checks`, and what of it is to be shown. */
export interface SelectedChecks<C> {
  /** What was chosen and what that depends on, so that a cause is found even where it was not asked for. */
  readonly run: readonly C[];
  isShown(result: Pick<CheckResult, 'id' | 'topic' | 'status'>): boolean;
}

/** Applies `--only` and `--skip`. Throws MCS_USAGE for what selects nothing. */
export function selectChecks<C extends Known>(checks: readonly C[], { topics, only = [], skip = [] }: Selection): SelectedChecks<C> {
  requireKnown([...only, ...skip], checks);
  const isSkipped = (check: Pick<Known, 'id' | 'topic'>): boolean => skip.some((selector) => matches(check, selector));
  const isChosen = (check: Pick<Known, 'id' | 'topic'>): boolean => !isSkipped(check) && (topics?.includes(check.topic) ?? true) && (only.length === 0 || only.some((selector) => matches(check, selector)));
  const wanted = new Set(checks.filter(isChosen).map(({ id }) => id));
  // needs point to earlier checks only
  for (const check of checks.toReversed()) if (wanted.has(check.id)) for (const need of check.needs) wanted.add(need);
  return {
    run: checks.filter((check) => wanted.has(check.id) && !isSkipped(check)),
    isShown: (result) => isChosen(result) || result.status === 'fail',
  };
}

/** Reads `MCS-NET-02=west` or `MCS-NET-02`. Throws MCS_USAGE for an unknown id. */
export function parseSuppression(text: string, checks: readonly Known[]): Suppression {
  const [id = '', cluster] = text.split('=', 2);
  const known = checks.map((check) => check.id);
  if (known.includes(id.toUpperCase()) && cluster !== '') return { id: id.toUpperCase(), ...(cluster !== undefined && { cluster }) };
  const near = nearestName(id, known);
  throw new McsError('MCS_USAGE', `Cannot suppress "${text}": ${cluster === '' ? 'the cluster is missing after "="' : `there is no check "${id}"`}`, { hints: [`--suppress ${near ?? known[0] ?? ''}=west`] });
}

/** A finding that is known becomes a skip that still says what was found. What depends on it stays folded under it. */
export function suppress(result: CheckResult, cluster: string, suppressions: readonly Suppression[]): CheckResult {
  if (result.status !== 'fail' && result.status !== 'warn') return result;
  if (!suppressions.some((known) => known.id === result.id && (known.cluster === undefined || known.cluster === cluster))) return result;
  return { ...result, status: 'skip', evidence: [`suppressed: ${result.status}`, ...result.evidence], suppressed: result.status };
}

import type { ConnectionResult, QuestionResult } from '../../probe/calls/calls-request.ts';
import type { Ask, PlannedTest } from './planned-test.ts';

/** An ask with what came of it. */
export type Tried =
  | { readonly ask: Extract<Ask, { kind: 'name' }>; readonly result: QuestionResult; /** ClusterIP that the answer is to be. */ readonly address?: string }
  | { readonly ask: Extract<Ask, { kind: 'call' }>; readonly result: ConnectionResult; /** Name or address that was called. */ readonly host: string };

export interface Verdict {
  readonly status: 'pass' | 'fail';
  readonly milliseconds: number;
  readonly evidence: readonly string[];
}

/** What errors of the system mean, for those who do not know them by heart. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ENODATA: 'the name has no such record',
  ESERVFAIL: 'the name server failed (SERVFAIL)',
  EREFUSED: 'the name server refused the question',
  ETIMEOUT: 'no answer of the name server',
  ETIMEDOUT: 'no answer within the time of an attempt: lost on the way or filtered',
  ECONNREFUSED: 'refused: nothing listens, or the service has no endpoint there',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
};

function explain(error: string): string {
  const meaning = MEANINGS[error];
  return meaning === undefined ? error : `${meaning} (${error})`;
}

const list = (values: readonly string[]): string => (values.length === 0 ? 'nobody' : [...new Set(values)].sort().join(', '));

function nameProblem({ address, ask, result }: Extract<Tried, { readonly address?: string }> & { readonly ask: Extract<Ask, { kind: 'name' }>; readonly result: QuestionResult }): string | undefined {
  const { answers, error, ok } = result;
  const what = `${ask.type === 'SRV' ? 'SRV ' : ''}${ask.name}`;
  if (!ok && ask.answers === 0) return answers.length > 0 ? `${what} resolves to ${answers.join(', ')}, and should not` : `${what}: ${explain(error ?? 'no answer')}, where "no such name" was awaited`;
  if (!ok) return answers.length > 0 ? `${what} has ${answers.length} answers (${answers.join(', ')}), ${ask.answers} awaited` : `${what} does not resolve: ${explain(error ?? 'no answer')}`;
  if (address !== undefined && answers[0] !== address) return `${what} resolves to ${answers.join(', ')} and not to ${address}, the ClusterIP of the Service`;
  return undefined;
}

function callProblem(ask: Extract<Ask, { kind: 'call' }>, result: ConnectionResult, host: string): string | undefined {
  const { answers, error, ok } = result;
  if (error !== undefined) return `${host}: ${explain(error)}`;
  const found = list(answers.map(({ cluster }) => cluster));
  if (!ok) return `${host} is answered by ${found}; awaited: ${list(ask.answeredBy)}`;
  const changed = answers.find(({ from, seenAs }) => from !== seenAs);
  if (ask.keepsSource && changed !== undefined) return `${host} sees ${changed.seenAs} and not ${changed.from}, the caller's own address: addresses are translated on the way`;
  return undefined;
}

function problemOf(tried: Tried): string | undefined {
  return 'host' in tried ? callProblem(tried.ask, tried.result, tried.host) : nameProblem(tried);
}

function describeSuccess(tried: Tried): readonly string[] {
  if (!('host' in tried)) return tried.ask.answers === 0 ? [] : [tried.result.answers.join(', ')];
  const [first] = tried.result.answers;
  if (first === undefined) return [];
  const source = tried.ask.keepsSource ? [`seen as ${first.seenAs}`] : [];
  return [tried.ask.times === 1 ? `${first.cluster}/${first.pod} answered in ${first.milliseconds} ms` : `${tried.result.answers.length} calls answered by ${list(tried.result.answers.map(({ cluster }) => cluster))}`, ...source];
}

/** Whether all that a test tried came out as it should. */
export function judgeTest(test: Pick<PlannedTest, 'name'>, tried: readonly Tried[]): Verdict {
  // a name that does not resolve cannot be called either: that is said once
  const unresolved = new Set(tried.flatMap((each) => ('host' in each || each.result.ok ? [] : [each.ask.name])));
  const problems = tried.filter((each) => !('host' in each && unresolved.has(each.host))).flatMap((each) => problemOf(each) ?? []);
  const milliseconds = Math.round(Math.max(0, ...tried.map(({ result }) => result.milliseconds)));
  if (problems.length > 0) return { status: 'fail', milliseconds, evidence: problems };
  if (tried.length === 0) return { status: 'fail', milliseconds, evidence: [`"${test.name}" tried nothing`] };
  return { status: 'pass', milliseconds, evidence: tried.flatMap(describeSuccess) };
}

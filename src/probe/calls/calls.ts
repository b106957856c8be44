import { isIP } from 'node:net';
import { type Clock, sleep } from '../../base/clock.ts';
import { type AskName, isAbsence } from './ask-names.ts';
import type { Call } from './call-once.ts';
import type { CallAnswer, CallsRequest, CallsResult, Connection, ConnectionResult, Question, QuestionResult } from './calls-request.ts';

/** How the world is reached. */
export interface CallsWorld {
  readonly ask: AskName;
  readonly call: (call: Call) => Promise<CallAnswer | { readonly error: string }>;
  /** Port under which a port of a manifest is served. */
  readonly portOf: (port: number) => number;
  readonly clock: Clock;
}

const PAUSE_MS = 200;

/** Until a try comes out as wanted, or the time is over: the last try, and how long it took. */
async function untilWanted<T>(attempt: () => Promise<T>, isDone: (last: T) => boolean, timeoutMs: number, clock: Clock): Promise<{ readonly last: T; readonly milliseconds: number }> {
  const begun = clock.monotonic();
  for (;;) {
    const last = await attempt();
    const milliseconds = clock.monotonic() - begun;
    if (isDone(last) || milliseconds >= timeoutMs) return { last, milliseconds };
    await sleep(clock, PAUSE_MS);
  }
}

function isAsWanted({ answers: wanted }: Question, { answers, error }: { readonly answers: readonly string[]; readonly error?: string }): boolean {
  return wanted === 0 ? isAbsence(error) : answers.length === wanted;
}

function isAnswer({ error }: { readonly error?: string }): boolean {
  return error === undefined || isAbsence(error);
}

async function askUntilWanted(question: Question, { timeoutMs }: CallsRequest, { ask, clock }: CallsWorld): Promise<QuestionResult> {
  const { last: tried, milliseconds } = await untilWanted(() => ask(question), (each) => isAsWanted(question, each), timeoutMs, clock);
  // that one packet was lost in the end says less than what the server answers
  const last = isAnswer(tried) ? tried : await ask(question);
  return { ...last, ok: isAsWanted(question, last), milliseconds };
}

interface Round {
  readonly answers: readonly CallAnswer[];
  readonly error?: string;
}

async function addressOf(host: string, ask: AskName): Promise<{ readonly address: string } | { readonly error: string }> {
  if (isIP(host) !== 0) return { address: host };
  const { answers, error } = await ask({ name: host, type: 'address' });
  // one of several by chance, as clients take them
  const address = answers[Math.floor(Math.random() * answers.length)];
  return address === undefined ? { error: `the name does not resolve (${error ?? 'no address'})` } : { address };
}

/** The calls of a round, up to the first that fails. */
async function callRound({ bytes, host, port, times }: Connection, { tryMs }: CallsRequest, { ask, call, portOf }: CallsWorld): Promise<Round> {
  const answers: CallAnswer[] = [];
  for (let index = 0; index < times; index += 1) {
    const target = await addressOf(host, ask);
    if ('error' in target) return { answers, error: target.error };
    const answer = await call({ host: target.address, port: portOf(port), bytes, timeoutMs: tryMs });
    if ('error' in answer) return { answers, error: answer.error };
    answers.push(answer);
  }
  return { answers };
}

function isAnsweredBy(wanted: readonly string[], { answers, error }: Round): boolean {
  if (error !== undefined) return false;
  const found = new Set(answers.map(({ cluster }) => cluster));
  return found.size === new Set(wanted).size && wanted.every((cluster) => found.has(cluster));
}

/** Rounds that nobody waits for: those which a filter or a broken path let run out of time. What is refused or unknown may yet come. */
const isSlow = ({ error }: Round): boolean => error !== undefined && (error === 'ETIMEDOUT' || error.startsWith('connected'));

async function callUntilWanted(connection: Connection, request: CallsRequest, world: CallsWorld): Promise<ConnectionResult> {
  let slow = 0;
  const attempt = async (): Promise<Round> => {
    const round = await callRound(connection, request, world);
    slow += isSlow(round) ? 1 : 0;
    return round;
  };
  const isDone = (round: Round): boolean => isAnsweredBy(connection.answeredBy, round) || slow >= request.attempts;
  const { last, milliseconds } = await untilWanted(attempt, isDone, request.timeoutMs, world.clock);
  return { ...last, ok: isAnsweredBy(connection.answeredBy, last), milliseconds };
}

/** Asks and calls until all comes out as wanted or the time is over. What fails is part of the result. */
export async function tryCalls(request: CallsRequest, world: CallsWorld): Promise<CallsResult> {
  const [questions, connections] = await Promise.all([
    Promise.all(request.questions.map((question) => askUntilWanted(question, request, world))),
    Promise.all(request.connections.map((connection) => callUntilWanted(connection, request, world))),
  ]);
  return { questions, connections };
}

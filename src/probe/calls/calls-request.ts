/** A name to ask for, again and again until it has as many answers as wanted. */
export interface Question {
  /** Without the final dot. */
  readonly name: string;
  /** `local`: a name of this cluster alone, `web.shop.svc`, which its own domain completes. */
  readonly type: 'address' | 'SRV' | 'local';
  /** 0: the name is to have no answer. */
  readonly answers: number;
}

/** A call to a test server (`call-server.ts`). */
export interface Connection {
  /** Address or name. */
  readonly host: string;
  readonly port: number;
  /** Sent there, and to come back. */
  readonly bytes: number;
  /** Cluster ids: the calls of a round are to be answered by all of these, and by no others. */
  readonly answeredBy: readonly string[];
  /** Calls of a round, one after the other. */
  readonly times: number;
}

/** What a pod is asked to try until it comes out as wanted, all at the same time. */
export interface CallsRequest {
  readonly questions: readonly Question[];
  readonly connections: readonly Connection[];
  /** Name server for pods that have none of their own, `127.40.128.7`. */
  readonly nameServer?: string;
  /** For all of it to come out as wanted, ms. */
  readonly timeoutMs: number;
  /** For one question, and for one call with its bytes there and back, ms. */
  readonly tryMs: number;
  /** Rounds with a call that fails, before the connection counts as failed. */
  readonly attempts: number;
}

export interface QuestionResult {
  readonly ok: boolean;
  /** Of the last try: addresses, or `port target` of SRV records, sorted. */
  readonly answers: readonly string[];
  /** ENOTFOUND, ESERVFAIL, ETIMEOUT, ...; absent where there was an answer. */
  readonly error?: string;
  readonly milliseconds: number;
}

/** One answered call. */
export interface CallAnswer {
  readonly cluster: string;
  readonly pod: string;
  /** Address of the caller as the caller has it, and as the server saw it. */
  readonly from: string;
  readonly seenAs: string;
  readonly milliseconds: number;
}

export interface ConnectionResult {
  readonly ok: boolean;
  /** Of the last round, as far as it went. */
  readonly answers: readonly CallAnswer[];
  /** Why the last round did not go on. */
  readonly error?: string;
  /** Until it came out as wanted, or was given up. */
  readonly milliseconds: number;
}

/** In the order of the request. */
export interface CallsResult {
  readonly questions: readonly QuestionResult[];
  readonly connections: readonly ConnectionResult[];
}

/** The longest that all of it takes, ms. */
export function callsLimitMs({ attempts, timeoutMs, tryMs }: CallsRequest): number {
  return timeoutMs + (attempts + 1) * tryMs;
}

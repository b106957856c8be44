/** Which requests a fault concerns; what is not set matches all. `userAgent` matches as a prefix. */
export interface FaultMatch {
  readonly verb?: string;
  /** Plural, as in `services`; or `services/status`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly user?: string;
  readonly userAgent?: string;
}

/** What faults are matched against. */
export type FaultSubject = Required<FaultMatch>;

export interface RequestCount {
  readonly userAgent: string;
  readonly verb: string;
  /** Plural, with `/subresource`; empty for paths outside the resources. */
  readonly resource: string;
  readonly count: number;
}

export interface Failure {
  readonly code: number;
  readonly retryAfterSeconds: number | undefined;
}

/** What is to happen to one request. */
export interface FaultDecision {
  readonly delayMs: number;
  readonly cut: boolean;
  readonly failure: Failure | undefined;
}

/** What is open on a server, for faults that cut. */
export interface OpenWatch {
  readonly subject: FaultSubject;
  cut(): void;
}

/** How the server asks and tells. */
export interface FaultHooks {
  /** Counts the request and says what to do with it. */
  decide(subject: FaultSubject): FaultDecision;
  /** Whether nobody may connect. */
  isCutOff(): boolean;
  addWatch(watch: OpenWatch): () => void;
  onExpire(expire: () => void): () => void;
  onCutOff(cut: () => void): () => void;
}

export interface FailOptions {
  readonly code: number;
  /** Default: until lifted. */
  readonly times?: number;
  readonly retryAfterSeconds?: number;
}

/** Trouble on demand for one API server, and the count of what it was asked. Each rule returns how to lift it. */
export interface Faults {
  /** Cuts the connections of open watches; returns how many. */
  dropWatches(match?: FaultMatch): number;
  /** Forgets history: open watches end with 410, and so does a watch from an older version. */
  expireResourceVersions(): void;
  /** Answers with a Status of this code; Retry-After is sent where seconds are given, and with each 429. */
  fail(match: FaultMatch, options: FailOptions): () => void;
  delay(match: FaultMatch, ms: number): () => void;
  /** Destroys connections, open watches included. Without a match of everybody, who then cannot connect either. */
  partition(match?: FaultMatch): () => void;
  /** Lifts every rule. */
  heal(): void;
  requestCounts(match?: FaultMatch): readonly RequestCount[];
  resetCounts(): void;
  readonly hooks: FaultHooks;
}

interface Rule {
  readonly match: FaultMatch;
  readonly delayMs?: number;
  readonly cut?: boolean;
  readonly failure?: Failure;
  left: number;
}

function matches(match: FaultMatch, subject: Partial<FaultSubject>): boolean {
  if (match.userAgent !== undefined && subject.userAgent?.startsWith(match.userAgent) !== true) return false;
  const keys = ['verb', 'resource', 'namespace', 'user'] as const;
  return keys.every((key) => match[key] === undefined || match[key] === subject[key]);
}

function isForEverybody(match: FaultMatch): boolean {
  return Object.values(match).every((value) => value === undefined);
}

class Callbacks {
  readonly #callbacks = new Set<() => void>();

  add(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  call(): void {
    for (const callback of [...this.#callbacks]) callback();
  }
}

class RuleBook implements Faults, FaultHooks {
  readonly hooks: FaultHooks = this;
  readonly #rules = new Set<Rule>();
  readonly #watches = new Set<OpenWatch>();
  readonly #counts = new Map<string, { readonly userAgent: string; readonly verb: string; readonly resource: string; count: number }>();
  readonly #expire = new Callbacks();
  readonly #cutOff = new Callbacks();

  dropWatches(match: FaultMatch = {}): number {
    const dropped = [...this.#watches].filter(({ subject }) => matches(match, subject));
    for (const watch of dropped) watch.cut();
    return dropped.length;
  }

  expireResourceVersions(): void {
    this.#expire.call();
  }

  fail(match: FaultMatch, { code, retryAfterSeconds = code === 429 ? 1 : undefined, times = Number.POSITIVE_INFINITY }: FailOptions): () => void {
    return this.#add({ match, failure: { code, retryAfterSeconds }, left: times });
  }

  delay(match: FaultMatch, ms: number): () => void {
    return this.#add({ match, delayMs: ms, left: Number.POSITIVE_INFINITY });
  }

  partition(match: FaultMatch = {}): () => void {
    const lift = this.#add({ match, cut: true, left: Number.POSITIVE_INFINITY });
    this.dropWatches(match);
    if (isForEverybody(match)) this.#cutOff.call();
    return lift;
  }

  heal(): void {
    this.#rules.clear();
  }

  requestCounts(match: FaultMatch = {}): readonly RequestCount[] {
    return [...this.#counts.values()].filter((each) => matches(match, each)).map((each) => ({ ...each }));
  }

  resetCounts(): void {
    this.#counts.clear();
  }

  decide(subject: FaultSubject): FaultDecision {
    this.#count(subject);
    const rules = [...this.#rules].filter(({ match }) => matches(match, subject));
    const failing = rules.find(({ failure }) => failure !== undefined);
    if (failing !== undefined && (failing.left -= 1) <= 0) this.#rules.delete(failing);
    return {
      delayMs: rules.reduce((most, { delayMs = 0 }) => Math.max(most, delayMs), 0),
      cut: rules.some(({ cut }) => cut === true),
      failure: failing?.failure,
    };
  }

  isCutOff(): boolean {
    return [...this.#rules].some(({ cut, match }) => cut === true && isForEverybody(match));
  }

  addWatch(watch: OpenWatch): () => void {
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  onExpire(expire: () => void): () => void {
    return this.#expire.add(expire);
  }

  onCutOff(cut: () => void): () => void {
    return this.#cutOff.add(cut);
  }

  #add(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  #count({ resource, userAgent, verb }: FaultSubject): void {
    const key = `${userAgent}\n${verb}\n${resource}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { userAgent, verb, resource, count: 1 });
    else known.count += 1;
  }
}

export function createFaults(): Faults {
  return new RuleBook();
}

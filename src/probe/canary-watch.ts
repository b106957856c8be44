import { connect } from 'node:net';
import { type Clock, sleep, systemClock } from '../base/clock.ts';
import { WANTS_ECHO } from './benchmark-server.ts';
import { type AddressType, openDnsAsker } from './dns-asker.ts';

/** What is waited for in a pod. */
export interface CanaryQuestion {
  readonly name: string;
  readonly type: AddressType;
  /** That all name servers give an address, or that none does. */
  readonly wants: 'address' | 'none';
  /** Port of the answer's address from which a first byte is fetched then. */
  readonly port?: number;
}

/** How long ago something was seen, ms by the clock of the pod; absent while it was not. */
export interface CanaryNews {
  readonly answeredAgo?: number;
  readonly firstByteAgo?: number;
  readonly isDone: boolean;
}

export interface CanaryWatchOptions {
  /** Name servers; what all of them say counts. */
  readonly servers: readonly string[];
  /** Port under which a port of a manifest is served. */
  readonly portOf: (port: number) => number;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** Where a pod says over HTTP what it saw. */
export const CANARY_EYES_PORT = 8080;
/** Pause between two questions to a name server, ms. */
export const ASK_EVERY_MS = 5;
/** A new connection is tried so often while the earlier ones hang, ms. */
export const CONNECT_EVERY_MS = 10;
/** An answer or a connection that has not come by then does not count, ms. */
const GIVE_UP_MS = 1000;

/** What is being waited for, by a name that the asker gave it. */
interface Watch {
  answeredAt?: number;
  firstByteAt?: number;
  readonly done: Promise<void>;
}

/** Connects and waits for one byte; whether it came. */
function fetchByte(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true, timeout: GIVE_UP_MS, signal });
    const settle = (came: boolean): void => {
      socket.destroy();
      resolve(came);
    };
    socket.once('connect', () => socket.write(Buffer.of(WANTS_ECHO, 0x78)));
    socket.once('data', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** Waits in a pod until name servers answer as wanted and a first byte comes. */
export class CanaryWatches {
  readonly #options: CanaryWatchOptions;
  readonly #clock: Clock;
  readonly #watches = new Map<string, Watch>();

  constructor(options: CanaryWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Begins to wait at the first call of an id; each says what was seen by then, after `waitMs` or as soon as all was seen. */
  async news(id: string, question: CanaryQuestion, waitMs: number): Promise<CanaryNews> {
    const watch = this.#watches.get(id) ?? this.#begin(id, question);
    const over = new AbortController();
    const waited = sleep(this.#clock, waitMs, AbortSignal.any([this.#options.signal, over.signal])).then(() => false);
    const isDone = await Promise.race([watch.done.then(() => true), waited]).finally(() => over.abort());
    if (isDone) this.#watches.delete(id);
    const now = this.#clock.monotonic();
    const { answeredAt, firstByteAt } = watch;
    return { isDone, ...(answeredAt !== undefined && { answeredAgo: now - answeredAt }), ...(firstByteAt !== undefined && { firstByteAgo: now - firstByteAt }) };
  }

  #begin(id: string, question: CanaryQuestion): Watch {
    const watch: Watch = { done: Promise.resolve().then(() => this.#follow(watch, question)) };
    // the end of the program ends all waiting; nobody else hears of it
    watch.done.catch(() => undefined);
    this.#watches.set(id, watch);
    return watch;
  }

  async #follow(watch: Watch, question: CanaryQuestion): Promise<void> {
    const answers = await Promise.all(this.#options.servers.map((server) => this.#untilAnswered(server, question)));
    watch.answeredAt = this.#clock.monotonic();
    const host = answers[0];
    if (question.port === undefined || host === undefined) return;
    await this.#untilByte(host, this.#options.portOf(question.port));
    watch.firstByteAt = this.#clock.monotonic();
  }

  async #untilAnswered(address: string, { name, type, wants }: CanaryQuestion): Promise<string | undefined> {
    const { portOf, signal } = this.#options;
    const asker = await openDnsAsker({ address, port: portOf(53), timeoutMs: GIVE_UP_MS });
    try {
      for (;;) {
        const { addresses, rcode } = await asker.ask(name, type);
        const isAsWanted = wants === 'address' ? addresses.length > 0 : rcode !== undefined && addresses.length === 0;
        if (isAsWanted) return addresses[0];
        await sleep(this.#clock, ASK_EVERY_MS, signal);
      }
    } finally {
      asker.close();
    }
  }

  /** Many tries overlap: one whose first packet was dropped would only send it again a second later. */
  async #untilByte(host: string, port: number): Promise<void> {
    const { signal } = this.#options;
    const stop = new AbortController();
    const came = Promise.withResolvers<void>();
    try {
      for (let isOpen = false; !isOpen; isOpen = await Promise.race([came.promise.then(() => true), sleep(this.#clock, CONNECT_EVERY_MS, signal).then(() => false)])) {
        void fetchByte(host, port, stop.signal).then((isThere) => isThere && came.resolve());
      }
    } finally {
      stop.abort();
    }
  }
}

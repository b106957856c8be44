import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openUdpSocket, type UdpSocket } from '../udp-socket.ts';
import { decodeAnswer, encodeRequest } from '../../probe/echo-packet.ts';
import { PathHealth, type PathStatus } from './path-health.ts';

/** Whom to probe. */
export interface ProbeTarget {
  /** Cable name: what the path is known by. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface ProbePathOptions {
  readonly target: ProbeTarget;
  readonly intervalMs: number;
  readonly maxLost: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Address that probes are sent from; undefined while there is none. */
  readonly source: () => string | undefined;
  /** It has come into another state. */
  readonly onChange: (state: PathStatus['state']) => void;
  readonly openSocket?: typeof openUdpSocket;
}

/**
 * Probes from one port. A packet that left before the filters stood may have been given another source
 * address, and the kernel then gives it to all that come from the same port, for as long as some come.
 */
interface Session {
  readonly id: bigint;
  readonly socket: UdpSocket | undefined;
  sent: number;
  isAnswered: boolean;
}

/** A broken path gets another source port after so many probes from this one. */
const PROBES_PER_SESSION = 5;

/** Sends probes along one path and judges it by the answers. */
export class ProbePath {
  readonly #options: ProbePathOptions;
  readonly #health: PathHealth;
  /** Undefined while it is being renewed. */
  #session: Session | undefined;
  #work: Promise<void> = Promise.resolve();
  /** Why the last probe could not even be sent. */
  #failure: string | undefined;
  #hasEnded = false;
  #cancelSend: () => void = () => undefined;
  #cancelJudge: () => void = () => undefined;

  constructor(options: ProbePathOptions) {
    const { target, intervalMs, maxLost } = options;
    this.#options = options;
    this.#health = new PathHealth({ target: target.address, intervalMs, maxLost });
  }

  get target(): ProbeTarget {
    return this.#options.target;
  }

  get status(): PathStatus {
    const status = this.#health.status(this.#options.clock.monotonic());
    const suffix = this.#failure === undefined || status.state === 'connected' ? '' : `; ${this.#failure}`;
    return { ...status, reason: `${status.reason}${suffix}` };
  }

  /** The first probe goes out after `delayMs`. */
  begin(delayMs: number): void {
    void this.renew().then(() => {
      if (!this.#hasEnded) this.#cancelSend = this.#options.clock.schedule(() => this.#send(), delayMs);
    });
  }

  /** Goes on from another source port, or another source address. Calls follow one another. */
  renew(): Promise<void> {
    const worn = this.#session;
    this.#session = undefined;
    this.#work = this.#work.then(async () => {
      await (worn ?? this.#session)?.socket?.close();
      this.#session = this.#hasEnded ? undefined : { id: randomBytes(8).readBigUInt64BE(), socket: await this.#open(), sent: 0, isAnswered: false };
    });
    return this.#work;
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#cancelSend();
    this.#cancelJudge();
    await this.renew();
  }

  async #open(): Promise<UdpSocket | undefined> {
    const { logger, openSocket = openUdpSocket, source } = this.#options;
    const address = source();
    if (address === undefined) {
      this.#failure = 'there is no address to send from';
      return undefined;
    }
    const onError = (error: unknown): void => {
      this.#failure = errorMessage(error);
      logger.warn('Cannot probe', { address, error });
    };
    try {
      return await openSocket({ address, port: 0, onError, onMessage: (packet) => this.#receive(packet) });
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  get #isWorn(): boolean {
    return this.#health.state === 'error' && this.#session?.isAnswered === false && this.#session.sent >= PROBES_PER_SESSION;
  }

  #send(): void {
    if (this.#hasEnded) return;
    const { clock, target } = this.#options;
    this.#judge();
    if (this.#isWorn) void this.renew();
    const session = this.#session;
    if (session === undefined) {
      void this.#work.then(() => this.#send());
      return;
    }
    session.sent += 1;
    const packet = encodeRequest({ session: session.id, sequence: this.#health.send(clock.monotonic()) });
    if (session.socket !== undefined) {
      this.#failure = undefined;
      session.socket.send(packet, target.port, target.address, (error) => {
        this.#failure = errorMessage(error);
      });
    } else void this.renew();
    this.#cancelJudge();
    this.#cancelJudge = clock.schedule(() => this.#judge(), this.#health.patienceMs);
    this.#cancelSend();
    this.#cancelSend = clock.schedule(() => this.#send(), this.#health.nextInMs);
  }

  /** A probe that was lost makes the next one hurry. */
  #judge(): void {
    const { clock } = this.#options;
    const before = this.#health.nextInMs;
    const hasChanged = this.#health.judge(clock.monotonic());
    if (hasChanged && this.#health.state === 'error') void this.renew();
    if (this.#health.nextInMs < before) {
      this.#cancelSend();
      this.#cancelSend = clock.schedule(() => this.#send(), 0);
    }
    if (hasChanged) this.#options.onChange(this.#health.state);
  }

  #receive(packet: Buffer): void {
    const echo = decodeAnswer(packet);
    // sessions are random, so a made up answer, or one to another session, is none
    if (echo === undefined || this.#session === undefined || echo.session !== this.#session.id) return;
    const before = this.#health.state;
    if (!this.#health.receive(echo.sequence, this.#options.clock.monotonic())) return;
    this.#session.isAnswered = true;
    if (this.#health.state !== before) this.#options.onChange(this.#health.state);
  }
}

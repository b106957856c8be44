import { errorMessage } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { openUdpSocket, type UdpSocket } from '../udp-socket.ts';
import { answerTo } from '../../probe/echo-packet.ts';

/** Answers probes at one address, which may change. */
export class EchoServer {
  readonly #logger: Logger;
  readonly #port: number;
  readonly #onRequest: (address: string) => void;
  #socket: UdpSocket | undefined;
  #address: string | undefined;
  #work: Promise<void> = Promise.resolve();
  #problem: string | undefined;

  /** `onRequest` hears from whom a probe came. */
  constructor(port: number, logger: Logger, onRequest: (address: string) => void = () => undefined) {
    this.#port = port;
    this.#logger = logger;
    this.#onRequest = onRequest;
  }

  /** Why it does not answer; undefined while it does, or shall not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Moves to an address, or with undefined nowhere. Moves follow one another; one that failed is tried again with the next call. */
  listenOn(address: string | undefined): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (address === this.#address && (this.#socket !== undefined || address === undefined)) return;
      await this.#socket?.close();
      this.#socket = undefined;
      this.#address = address;
      this.#problem = undefined;
      if (address !== undefined) await this.#open(address);
    });
    return this.#work;
  }

  async #open(address: string): Promise<void> {
    const report = (error: unknown): void => {
      this.#problem = `Cannot answer probes at ${address}:${this.#port}: ${errorMessage(error)}`;
      this.#logger.warn('Cannot answer probes', { address, port: this.#port, error });
    };
    try {
      this.#socket = await openUdpSocket({
        address,
        port: this.#port,
        onError: report,
        onMessage: (packet, from) => {
          const answer = answerTo(packet);
          if (answer === undefined) return;
          this.#onRequest(from.address);
          this.#socket?.send(answer, from.port, from.address);
        },
      });
    } catch (error) {
      report(error);
    }
  }
}

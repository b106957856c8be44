import { AnswerCache } from './answer-cache.ts';
import { DnsIndex } from './dns-index.ts';
import { type Answer, type DnsRecord, RCODE, type Rcode } from './records.ts';
import { type Question, resolve } from './resolve.ts';
import { handlePacket, type Transport } from './wire/handle-packet.ts';
import type { Zone } from './zone.ts';

export interface QueryObserver {
  answered(query: { readonly transport: Transport; readonly type: string; readonly rcode: Rcode; readonly seconds: number }): void;
}

export interface NameServerOptions {
  readonly zone: Zone;
  /** Whether the index is complete: until then every answer is SERVFAIL. */
  readonly isSynced: () => boolean;
  readonly observer?: QueryObserver;
  readonly random?: () => number;
}

const SERVFAIL: Answer = { rcode: RCODE.servFail, answers: [], authorities: [], additionals: [] };

/** The whole of a name server but its sockets: bytes in, bytes out. */
export class NameServer {
  readonly index: DnsIndex;
  readonly #cache = new AnswerCache();
  readonly #options: NameServerOptions;

  constructor(options: NameServerOptions) {
    this.#options = options;
    this.index = new DnsIndex((service) => {
      this.#cache.drop(service);
    });
  }

  /** Answers one question. */
  ask(question: Question): Answer {
    const { zone, isSynced } = this.#options;
    return isSynced() ? resolve(this.index, zone, question) : SERVFAIL;
  }

  /** Answers one packet; undefined where it deserves no answer. */
  handle(packet: Buffer, transport: Transport): Buffer | undefined {
    const begun = performance.now();
    const key = transport === 'udp' ? this.#cache.keyOf(packet) : undefined;
    const ready = key === undefined ? undefined : this.#cache.find(key, packet);
    if (ready !== undefined) {
      this.#observe(transport, 'cached', RCODE.noError, begun);
      return ready;
    }
    let isShared = false;
    const { response, rcode, type, service } = handlePacket(packet, transport, (question) => {
      const answer = this.ask(question);
      isShared = answer.answers.length > 1;
      return isShared ? { ...answer, answers: this.#rotate(answer.answers) } : answer;
    });
    this.#observe(transport, type, rcode, begun);
    // answers with several records change their order each time, so that clients spread out
    if (key !== undefined && service !== undefined && response !== undefined && !isShared) this.#cache.set(key, response, service);
    return response;
  }

  #observe(transport: Transport, type: string, rcode: Rcode, begun: number): void {
    this.#options.observer?.answered({ transport, type, rcode, seconds: (performance.now() - begun) / 1000 });
  }

  #rotate(records: readonly DnsRecord[]): readonly DnsRecord[] {
    const start = Math.floor((this.#options.random ?? Math.random)() * records.length);
    return [...records.slice(start), ...records.slice(0, start)];
  }
}

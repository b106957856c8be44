import { type Logger, silentLogger } from '../base/log.ts';
import { type Answer, bareAnswer, RCODE, type Rcode, REFUSED, SERVFAIL } from './records.ts';
import type { Question } from './resolve.ts';
import type { ServedZone, ZoneKind } from './served-zone.ts';
import { emptyAnswer, type WireAnswer } from './wire/encode-answer.ts';
import { QuestionName } from './wire/question-name.ts';
import { type Query, readQuery } from './wire/read-query.ts';
import { CLASS_IN, TYPE } from './wire/types.ts';
import { sizeLimit, type Transport, writeRefusal, writeResponse } from './wire/write-response.ts';

export interface QueryObserver {
  /** `type` is 0 where no question could be read, `zone` undefined where the name lies in none. */
  answered(transport: Transport, type: number, rcode: Rcode, seconds: number, zone?: ZoneKind): void;
  /** A packet that deserves no answer. */
  dropped(transport: Transport): void;
}

export interface NameServerOptions {
  /** In the order in which they are asked whether a name is theirs. */
  readonly zones: readonly ServedZone[];
  readonly observer?: QueryObserver;
  readonly logger?: Logger;
  readonly random?: () => number;
}

/** Characters of a name as text, the final dot left out (RFC 1035 section 2.3.4). */
const MAX_NAME = 253;
const WIRE_UNSYNCED = emptyAnswer(RCODE.servFail);
const WIRE_REFUSED = emptyAnswer(RCODE.refused);
const BADVERS = emptyAnswer(RCODE.badVers);
const FORMERR = emptyAnswer(RCODE.formErr);

/** The whole of a name server but its sockets: bytes in, bytes out, without waiting for anything. */
export class NameServer {
  readonly #name = new QuestionName();
  readonly #zones: readonly ServedZone[];
  readonly #observer: QueryObserver | undefined;
  readonly #logger: Logger;
  readonly #random: () => number;
  /** Whose the question at hand is. */
  #zone: ZoneKind | undefined;

  constructor({ zones, observer, logger = silentLogger, random = Math.random }: NameServerOptions) {
    this.#zones = zones;
    this.#observer = observer;
    this.#logger = logger;
    this.#random = random;
  }

  /** Answers one question. */
  ask(question: Question): Answer {
    if (question.name.length > MAX_NAME) return bareAnswer(RCODE.formErr);
    for (const zone of this.#zones) {
      const answer = zone.answer(question);
      if (answer !== undefined) return answer;
    }
    return this.#isSynced() ? REFUSED : SERVFAIL;
  }

  /** Answers one packet; undefined where it deserves no answer. Never throws: a fault of ours is SERVFAIL. */
  handle(packet: Buffer, transport: Transport): Buffer | undefined {
    this.#zone = undefined;
    try {
      return this.#answer(packet, transport);
    } catch (error) {
      this.#logger.error('Cannot answer a query', { error, packet: packet.toString('hex', 0, 512) });
      this.#observer?.answered(transport, 0, RCODE.servFail, 0, this.#zone);
      return writeRefusal(packet, RCODE.servFail);
    }
  }

  #answer(packet: Buffer, transport: Transport): Buffer | undefined {
    const begun = performance.now();
    const query = readQuery(packet);
    if (query === undefined) {
      this.#observer?.dropped(transport);
      return undefined;
    }
    const isRefused = typeof query === 'number';
    const answer = isRefused ? emptyAnswer(query) : this.#find(query);
    const response = isRefused ? writeRefusal(packet, query) : writeResponse(query, answer, sizeLimit(query, transport), this.#rotate(answer));
    this.#observer?.answered(transport, isRefused ? 0 : query.type, answer.rcode, (performance.now() - begun) / 1000, this.#zone);
    return response;
  }

  #find(query: Query): WireAnswer {
    if (query.edns !== undefined && query.edns.version !== 0) return BADVERS;
    if (query.class !== CLASS_IN || query.type === TYPE.AXFR || query.type === TYPE.IXFR) return WIRE_REFUSED;
    if (query.type === TYPE.OPT) return FORMERR; // it stands in the additional section only (RFC 6891 section 6.1.1)
    this.#name.read(query);
    for (const zone of this.#zones) {
      const answer = zone.find(query, this.#name);
      if (answer === undefined) continue;
      this.#zone = zone.kind;
      return answer;
    }
    return this.#isSynced() ? WIRE_REFUSED : WIRE_UNSYNCED;
  }

  /** Which zones there are may follow from what is not known yet. */
  #isSynced(): boolean {
    return this.#zones.every(({ isSynced }) => isSynced);
  }

  /** Which answer comes first: another one each time, so that clients spread out. */
  #rotate({ answers, isOrdered }: WireAnswer): number {
    return answers.ends.length > 1 && !isOrdered ? Math.floor(this.#random() * answers.ends.length) : 0;
  }
}

import { type Logger, silentLogger } from '../base/log.ts';
import { DnsIndex } from './dns-index.ts';
import { type Answer, RCODE, type Rcode } from './records.ts';
import { nonexistent, type Question, resolve } from './resolve.ts';
import { AnswerEncoder, emptyAnswer, type WireAnswer } from './wire/encode-answer.ts';
import { QuestionName } from './wire/question-name.ts';
import { type Query, readQuery } from './wire/read-query.ts';
import { CLASS_IN, TYPE, typeName } from './wire/types.ts';
import { sizeLimit, type Transport, writeRefusal, writeResponse } from './wire/write-response.ts';
import { withSoa, type Zone } from './zone.ts';

export interface QueryObserver {
  /** `type` is 0 where no question could be read. */
  answered(transport: Transport, type: number, rcode: Rcode, seconds: number): void;
  /** A packet that deserves no answer. */
  dropped(transport: Transport): void;
}

export interface NameServerOptions {
  readonly zone: Zone;
  /** Whether the index is complete: until then every answer is SERVFAIL. */
  readonly isSynced: () => boolean;
  readonly observer?: QueryObserver;
  readonly logger?: Logger;
  readonly random?: () => number;
}

const SERVFAIL: Answer = { rcode: RCODE.servFail, answers: [], authorities: [], additionals: [] };
const UNSYNCED = emptyAnswer(RCODE.servFail);
const REFUSED = emptyAnswer(RCODE.refused);
const BADVERS = emptyAnswer(RCODE.badVers);
const FORMERR = emptyAnswer(RCODE.formErr);
/** Types whose answers are kept as bytes; of other types a service has no records. */
const READY_TYPES: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.SRV]);

/** The whole of a name server but its sockets: bytes in, bytes out, without waiting for anything. */
export class NameServer {
  readonly index = new DnsIndex();
  readonly #encoder = new AnswerEncoder();
  readonly #name: QuestionName;
  /** NXDOMAIN by the length of the name, which is all that its bytes depend on. */
  readonly #unknown: WireAnswer[] = [];
  readonly #zone: Zone;
  readonly #isSynced: () => boolean;
  readonly #observer: QueryObserver | undefined;
  readonly #logger: Logger;
  readonly #random: () => number;

  constructor({ zone, isSynced, observer, logger = silentLogger, random = Math.random }: NameServerOptions) {
    this.#zone = withSoa(zone);
    this.#isSynced = isSynced;
    this.#observer = observer;
    this.#logger = logger;
    this.#random = random;
    this.#name = new QuestionName(zone.name);
  }

  /** Answers one question. */
  ask(question: Question): Answer {
    return this.#isSynced() ? resolve(this.index, this.#zone, question) : SERVFAIL;
  }

  /** Answers one packet; undefined where it deserves no answer. Never throws: a fault of ours is SERVFAIL. */
  handle(packet: Buffer, transport: Transport): Buffer | undefined {
    try {
      return this.#answer(packet, transport);
    } catch (error) {
      this.#logger.error('Cannot answer a query', { error, packet: packet.toString('hex', 0, 512) });
      this.#observer?.answered(transport, 0, RCODE.servFail, 0);
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
    this.#observer?.answered(transport, isRefused ? 0 : query.type, answer.rcode, (performance.now() - begun) / 1000);
    return response;
  }

  #find(query: Query): WireAnswer {
    if (query.edns !== undefined && query.edns.version !== 0) return BADVERS;
    if (query.class !== CLASS_IN || query.type === TYPE.AXFR || query.type === TYPE.IXFR) return REFUSED;
    if (query.type === TYPE.OPT) return FORMERR; // it stands in the additional section only (RFC 6891 section 6.1.1)
    if (!this.#isSynced()) return UNSYNCED;
    this.#name.read(query);
    const named = this.#name.findService();
    if (named === undefined || !READY_TYPES.has(query.type)) return this.#make(query);
    const known = this.index.find(named.service);
    if (known === undefined) return this.#nonexistent(query.nameEnd);
    const ready = known.answers.find(query.type, named.below);
    if (ready !== undefined) return ready;
    const answer = this.#make(query);
    if (answer.rcode === RCODE.noError) known.answers.set(query.type, named.below, answer);
    return answer;
  }

  #make({ type, nameEnd }: Query): WireAnswer {
    const name = this.#name.text();
    const answer = resolve(this.index, this.#zone, { name, type: typeName(type) });
    return answer.rcode === RCODE.nxDomain ? this.#nonexistent(nameEnd) : this.#encoder.encode(answer, name, nameEnd);
  }

  #nonexistent(nameEnd: number): WireAnswer {
    return (this.#unknown[nameEnd] ??= this.#encoder.encode(nonexistent(this.#zone), this.#zone.name, nameEnd));
  }

  /** Which answer comes first: another one each time, so that clients spread out. */
  #rotate({ answers }: WireAnswer): number {
    return answers.ends.length > 1 ? Math.floor(this.#random() * answers.ends.length) : 0;
  }
}

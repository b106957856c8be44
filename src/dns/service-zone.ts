import { type Answer, RCODE, SERVFAIL } from './records.ts';
import { isInZone, nonexistent, type Question, resolve, type ServiceIndex } from './resolve.ts';
import type { ServedZone, ZoneKind } from './served-zone.ts';
import { AnswerEncoder, emptyAnswer, type WireAnswer } from './wire/encode-answer.ts';
import type { QuestionName } from './wire/question-name.ts';
import type { Query } from './wire/read-query.ts';
import { TYPE, typeName } from './wire/types.ts';
import { withSoa, type Zone } from './zone.ts';

export interface ServiceZoneOptions {
  readonly kind: ZoneKind;
  readonly zone: Zone;
  readonly index: ServiceIndex;
  readonly isSynced: () => boolean;
}

const UNSYNCED = emptyAnswer(RCODE.servFail);
/** Types whose answers are kept as bytes; of other types a service has no records. */
const READY_TYPES: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.SRV]);

/** A zone with the names of services, `<service>.<namespace>.svc.<zone>`. */
export class ServiceZone implements ServedZone {
  readonly kind: ZoneKind;
  readonly #zone: Zone;
  readonly #index: ServiceIndex;
  readonly #isSynced: () => boolean;
  readonly #encoder = new AnswerEncoder();
  /** `.svc.<zone>` and `<zone>` as bytes. */
  readonly #serviceSuffix: Buffer;
  readonly #suffix: Buffer;
  /** NXDOMAIN by the length of the name, which is all that its bytes depend on. */
  readonly #unknown: WireAnswer[] = [];

  constructor({ kind, zone, index, isSynced }: ServiceZoneOptions) {
    this.kind = kind;
    this.#zone = withSoa(zone);
    this.#index = index;
    this.#isSynced = isSynced;
    this.#serviceSuffix = Buffer.from(`.svc.${zone.name}`, 'latin1');
    this.#suffix = Buffer.from(zone.name, 'latin1');
  }

  get isSynced(): boolean {
    return this.#isSynced();
  }

  answer(question: Question): Answer | undefined {
    if (!isInZone(this.#zone, question.name.toLowerCase())) return undefined;
    return this.#isSynced() ? resolve(this.#index, this.#zone, question) : SERVFAIL;
  }

  /** Services come first, and cost no more than they would in a server of this zone alone. */
  find(query: Query, name: QuestionName): WireAnswer | undefined {
    const named = name.findService(this.#serviceSuffix);
    if (named === undefined) return this.#findOther(query, name);
    if (!this.#isSynced()) return UNSYNCED;
    if (!READY_TYPES.has(query.type)) return this.#make(query, name);
    const known = this.#index.find(named.service);
    if (known === undefined) return this.#nonexistent(query.nameEnd);
    const ready = known.answers.find(query.type, named.below);
    if (ready !== undefined) return ready;
    const answer = this.#make(query, name);
    if (answer.rcode === RCODE.noError) known.answers.set(query.type, named.below, answer);
    return answer;
  }

  /** The apex, the server itself, names that only have names below them, and those that do not exist. */
  #findOther(query: Query, name: QuestionName): WireAnswer | undefined {
    // "xcluster.local" ends with the bytes of "cluster.local" too
    if (!name.endsWith(this.#suffix) || !isInZone(this.#zone, name.text())) return undefined;
    return this.#isSynced() ? this.#make(query, name) : UNSYNCED;
  }

  #make({ type, nameEnd }: Query, questionName: QuestionName): WireAnswer {
    const name = questionName.text();
    const answer = resolve(this.#index, this.#zone, { name, type: typeName(type) });
    return answer.rcode === RCODE.nxDomain ? this.#nonexistent(nameEnd) : this.#encoder.encode(answer, name, nameEnd);
  }

  #nonexistent(nameEnd: number): WireAnswer {
    return (this.#unknown[nameEnd] ??= this.#encoder.encode(nonexistent(this.#zone), this.#zone.name, nameEnd));
  }
}

import { type Answer, type DnsRecord, RCODE, SERVFAIL } from '../records.ts';
import type { Question } from '../resolve.ts';
import type { ServedZone } from '../served-zone.ts';
import { AnswerEncoder, emptyAnswer, type WireAnswer } from '../wire/encode-answer.ts';
import type { QuestionName } from '../wire/question-name.ts';
import type { Query } from '../wire/read-query.ts';
import { typeName } from '../wire/types.ts';
import { type GatewayWorld, resolveGateway } from './resolve-gateway.ts';

export interface GatewayZonesOptions {
  readonly world: GatewayWorld;
  readonly isSynced: () => boolean;
  readonly random?: () => number;
}

const UNSYNCED = emptyAnswer(RCODE.servFail);

/** The zones with the names of gateways. There may be several, and they may come and go with the records. */
export class GatewayZones implements ServedZone {
  readonly kind = 'gateways';
  readonly #world: GatewayWorld;
  readonly #isSynced: () => boolean;
  readonly #random: () => number;
  readonly #encoder = new AnswerEncoder();

  constructor({ world, isSynced, random = Math.random }: GatewayZonesOptions) {
    this.#world = world;
    this.#isSynced = isSynced;
    this.#random = random;
  }

  get isSynced(): boolean {
    return this.#isSynced();
  }

  answer(question: Question): Answer | undefined {
    if (this.#isSynced()) return resolveGateway(this.#world, question);
    return this.#world.zones.find(question.name.toLowerCase()) && SERVFAIL;
  }

  find({ type, nameEnd }: Query, questionName: QuestionName): WireAnswer | undefined {
    const name = questionName.text();
    if (!this.#isSynced()) return this.#world.zones.find(name) && UNSYNCED;
    const answer = resolveGateway(this.#world, { name, type: typeName(type) });
    return answer && this.#encoder.encode({ ...answer, answers: this.#turn(answer.answers) }, name, nameEnd);
  }

  /** Addresses behind a CNAME begin with another one each time; those without one are turned as they are sent. */
  #turn(answers: readonly DnsRecord[]): readonly DnsRecord[] {
    const start = answers.findIndex(({ type }) => type !== 'CNAME');
    if (start <= 0 || answers.length - start < 2) return answers;
    const addresses = answers.slice(start);
    const first = Math.floor(this.#random() * addresses.length);
    return [...answers.slice(0, start), ...addresses.slice(first), ...addresses.slice(0, first)];
  }
}

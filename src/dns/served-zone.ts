import type { Answer } from './records.ts';
import type { Question } from './resolve.ts';
import type { WireAnswer } from './wire/encode-answer.ts';
import type { QuestionName } from './wire/question-name.ts';
import type { Query } from './wire/read-query.ts';

/** What of queries is counted apart: a fixed few, so that no client and no record makes more. */
export type ZoneKind = 'clusterset.local' | 'cluster.local' | 'gateways';

/** One zone of the name server, or several of one kind. Look-ups are synchronous and do no I/O. */
export interface ServedZone {
  readonly kind: ZoneKind;
  /** Whether all is known that it is made of. Until then its names are SERVFAIL. */
  readonly isSynced: boolean;
  /** The answer to a packet, whose name has been read. Undefined where the name lies outside. */
  find(query: Query, name: QuestionName): WireAnswer | undefined;
  /** The same without the wire format. */
  answer(question: Question): Answer | undefined;
}

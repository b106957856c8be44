import type { IncludeObject } from '../table/render-table.ts';
import { refusal } from '../status-error.ts';

/** In which form a client wants objects. */
export type Representation = 'object' | 'table' | 'metadata';

export type Encoding = 'json' | 'yaml';

/** What an answer is to look like. */
export interface Negotiated {
  readonly representation: Representation;
  readonly encoding: Encoding;
}

const JSON_TYPES = ['application/json', 'application/*', '*/*'];
const YAML_TYPE = 'application/yaml';

interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  const pairs = parameters.map((parameter) => parameter.split('='));
  return { type: type.toLowerCase(), parameters: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])) };
}

/** The media ranges of an Accept header, most wanted first as clients write them. */
export function acceptedRanges(accept: string | undefined): readonly MediaRange[] {
  const text = accept === undefined || accept === '' ? '*/*' : accept;
  return text.split(',').map(parseRange);
}

function representationOf({ as, g, v = 'v1' }: Readonly<Record<string, string>>): Representation | undefined {
  if (as === undefined) return g === undefined ? 'object' : undefined;
  if ((g !== undefined && g !== 'meta.k8s.io') || v !== 'v1') return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'metadata' : undefined;
}

function answerTo({ parameters, type }: MediaRange, encodings: readonly Encoding[]): Negotiated | undefined {
  const encoding = JSON_TYPES.includes(type) ? 'json' : type === YAML_TYPE ? 'yaml' : undefined;
  const representation = representationOf(parameters);
  return encoding !== undefined && encodings.includes(encoding) && representation !== undefined ? { representation, encoding } : undefined;
}

/**
 * The first form in an Accept header that is spoken here: objects, Tables, or metadata alone, in one of
 * the encodings (streams come as JSON only, as from real servers). Throws 406.
 */
export function negotiate(accept: string | undefined, encodings: readonly Encoding[] = ['json', 'yaml']): Negotiated {
  const found = acceptedRanges(accept).map((range) => answerTo(range, encodings)).find((each) => each !== undefined);
  if (found === undefined) throw refusal('NotAcceptable', `only the following media types are accepted: ${encodings.map((encoding) => `application/${encoding}`).join(', ')}`);
  return found;
}

export function includeObject(value: string | null): IncludeObject {
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}

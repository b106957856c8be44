import type { IncludeObject } from '../table/render-table.ts';
import { refusal } from '../status-error.ts';

/** In which form a client wants objects. */
export type Representation = 'object' | 'table' | 'metadata';

const JSON_TYPES = ['application/json', 'application/*', '*/*'];

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

function representationOf({ parameters, type }: MediaRange): Representation | undefined {
  if (!JSON_TYPES.includes(type)) return undefined;
  const { as, g = 'meta.k8s.io', v = 'v1' } = parameters;
  if (as === undefined) return parameters.g === undefined ? 'object' : undefined;
  if (g !== 'meta.k8s.io' || v !== 'v1') return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'metadata' : undefined;
}

/** The first form in an Accept header that is spoken here: JSON objects, Tables, or metadata alone. Throws 406. */
export function negotiate(accept: string | undefined): Representation {
  const found = acceptedRanges(accept).map(representationOf).find((each) => each !== undefined);
  if (found === undefined) throw refusal('NotAcceptable', 'only the following media types are accepted: application/json');
  return found;
}

export function includeObject(value: string | null): IncludeObject {
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}

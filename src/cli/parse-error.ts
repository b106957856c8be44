import { McsError } from '../base/errors.ts';
import { findNotBuilt } from './not-built.ts';

/** What oclif's parser throws, as far as it is looked at. */
interface ParseError extends Error {
  readonly oclif?: { readonly exit?: number };
  readonly flags?: readonly string[];
  readonly code?: string;
}

/** What the parser says around its message, for all commands alike. */
const PADDING = [/See more help with --help\s*$/, /Note: --\S+ allows? multiple values[\s\S]*$/, /^The following errors? occurred:/];

function oneLine(message: string): string {
  return PADDING.reduce((text, pattern) => text.replace(pattern, ''), message).replaceAll(/\s+/g, ' ').trim();
}

/** Makes MCS_USAGE or MCS_FLAG_NOT_BUILT of an error of oclif's parser; anything else comes back as it is. */
export function toUsageError(thrown: Error, command: string): Error {
  if (thrown instanceof McsError) return thrown;
  const { oclif, flags } = thrown as ParseError;
  if (oclif?.exit !== 2) return thrown;
  const notBuilt = Array.isArray(flags) ? flags.map(findNotBuilt).find((error) => error !== undefined) : undefined;
  if (notBuilt !== undefined) return notBuilt;
  return new McsError('MCS_USAGE', `Cannot run "mcs ${command}": ${oneLine(thrown.message)}`, { hints: [`mcs ${command} --help`] });
}

import { type McsError, toMcsError } from '../base/errors.ts';
import { asTyped } from './self-command.ts';

export type ErrorFormat = 'text' | 'json' | 'yaml';

/** The error as data, for `-o json|yaml`. */
export function errorToData({ code, message, hints, details, exitCode }: McsError): Readonly<Record<string, unknown>> {
  return { error: { code, message, hints, ...(Object.keys(details).length > 0 && { details }), exitCode } };
}

/** The error as a person reads it: what, what to do as typed in this shell (`self`), where to read more. */
export function formatError(error: McsError, self: string): string {
  const stack = error.code === 'MCS_BUG' ? [`This is a fault in mcs. Please report it with this trace:`, error.cause instanceof Error ? (error.cause.stack ?? '') : (error.stack ?? '')] : [];
  const hints = error.hints.map((hint) => `  Try: ${asTyped(hint, self)}`);
  return [`Error: ${error.message}`, ...hints, `  ${error.code} (docs/errors.md#${error.code.toLowerCase()})`, ...stack].join('\n');
}

/** Which form of output an argv asks for; it may be one that does not parse. */
export function errorFormatOf(argv: readonly string[]): ErrorFormat {
  const text = argv.join('\n');
  const match = /(?:^|\n)(?:-o|--output)[=\n]?(json|yaml)(?:\n|$)/.exec(text);
  return match?.[1] === 'json' || match?.[1] === 'yaml' ? match[1] : 'text';
}

export interface ErrorPrinter {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** How `mcs` is called in this shell. */
  readonly self: string;
}

/** Prints anything thrown in the asked form and returns the exit code. */
export async function printError(thrown: unknown, format: ErrorFormat, write: ErrorPrinter): Promise<number> {
  const error = toMcsError(thrown);
  if (format === 'json') write.out(`${JSON.stringify(errorToData(error), undefined, 2)}\n`);
  else if (format === 'yaml') write.out((await import('../base/yaml.ts')).stringify(errorToData(error)));
  else write.err(`${formatError(error, write.self)}\n`);
  return error.exitCode;
}

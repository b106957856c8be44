import { types } from 'node:util';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import type { ExitCode } from './exit-codes.ts';

export interface McsErrorOptions {
  /** Runnable commands or short instructions that cure the fault, best first. */
  readonly hints?: readonly string[];
  readonly cause?: unknown;
  /** Machine-readable facts for `-o json`. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that a person can act on.
 * The message reads "Cannot <verb> <object>: <state>", without a final period.
 */
export class McsError extends Error {
  readonly code: ErrorCode;
  readonly hints: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: McsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'McsError';
    this.code = code;
    this.hints = options.hints ?? [];
    this.details = options.details ?? {};
  }

  get exitCode(): ExitCode {
    return ERROR_CODES[this.code].exitCode;
  }
}

/** A fault of ours: printed with its stack and a request to report it. */
export class BugError extends McsError {
  constructor(message: string, cause?: unknown) {
    super('MCS_BUG', message, { cause });
    this.name = 'BugError';
  }
}

/** Makes an McsError of anything thrown. What is not one already counts as a bug of ours. */
export function toMcsError(thrown: unknown): McsError {
  if (thrown instanceof McsError) return thrown;
  if (isAbortError(thrown)) return new McsError('MCS_INTERRUPTED', 'Stopped before the end', { cause: thrown });
  return new BugError(errorMessage(thrown), thrown);
}

/** Whether something thrown is an Error, also one of another realm (a vm context, where `instanceof` fails). */
export function isError(thrown: unknown): thrown is Error {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Error.isError is not in Node 22
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** The text of anything thrown. */
export function errorMessage(thrown: unknown): string {
  return isError(thrown) ? thrown.message : String(thrown);
}

/** Whether an operation ended because its AbortSignal fired. */
export function isAbortError(thrown: unknown): boolean {
  return isError(thrown) && (thrown.name === 'AbortError' || (thrown as NodeJS.ErrnoException).code === 'ABORT_ERR');
}

/** The system error code (`ECONNREFUSED`, `ENOENT`, ...) of an error or of its causes. */
export function systemErrorCode(thrown: unknown): string | undefined {
  for (let current = thrown; isError(current); current = current.cause) {
    const code = (current as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && !(current instanceof McsError)) return code; // ours wraps the system's
  }
  return undefined;
}

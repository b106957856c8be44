import type { Status } from '../api/types/index.ts';
import { McsError } from '../base/errors.ts';

/** An answer of an API server that is no success. */
export class ApiError extends Error {
  readonly status: Status;
  /** What the server asked to wait before the next try, ms (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(status: Status, retryAfterMs?: number) {
    super(status.message ?? status.reason ?? `HTTP ${status.code}`);
    this.name = 'ApiError';
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string | undefined {
    return this.status.reason;
  }
}

function hasCode(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof ApiError && codes.includes(error.code);
}

export const isNotFound = (error: unknown): boolean => hasCode(error, 404);
export const isForbidden = (error: unknown): boolean => hasCode(error, 403);
export const isUnauthorized = (error: unknown): boolean => hasCode(error, 401);
export const isGone = (error: unknown): boolean => hasCode(error, 410);
export const isAlreadyExists = (error: unknown): boolean => hasCode(error, 409) && (error as ApiError).reason === 'AlreadyExists';
export const isConflict = (error: unknown): boolean => hasCode(error, 409) && (error as ApiError).reason !== 'AlreadyExists';

/** Whether the same request may succeed later: overload, server trouble, or no answer at all. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === 429 || error.code >= 500;
  if (error instanceof McsError) return error.code === 'MCS_CLUSTER_UNREACHABLE';
  return error instanceof Error && error.name !== 'AbortError';
}

/** Whether the API server will not take an object as things stand, so that a person must do something. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && !isTransient(error) && !isConflict(error) && !isNotFound(error);
}

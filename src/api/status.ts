import type { Status } from './types/index.ts';

export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'Timeout'
  | 'TooManyRequests'
  | 'InternalError'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'UnsupportedMediaType'
  | 'ServiceUnavailable';

const CODES: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

/** A failure Status as API servers send it. */
export function failureStatus(reason: StatusReason, message: string, details?: Status['details']): Status {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code: CODES[reason], reason, message, ...(details && { details }) };
}

/** Whether a JSON value is a Status object. */
export function isStatus(value: unknown): value is Status {
  const { kind, apiVersion } = (value ?? {}) as Partial<Record<string, unknown>>;
  return kind === 'Status' && apiVersion === 'v1';
}

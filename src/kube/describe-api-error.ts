import { isAbortError, McsError, toMcsError } from '../base/errors.ts';
import { ApiError } from './api-error.ts';

export interface ApiErrorContext {
  /** What was tried: `get`, `create`, `list`, ... */
  readonly verb: string;
  /** What it was tried on, as people name it: `ServiceExport shop/nginx`. */
  readonly object: string;
  readonly server: string;
}

/** The permission that a Forbidden message of an API server names. */
export interface MissingPermission {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly namespace?: string;
  readonly user?: string;
}

const FORBIDDEN = /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/;

/** Reads the missing verb and resource out of a Forbidden message; undefined if admission refused instead. */
export function findMissingPermission(message: string): MissingPermission | undefined {
  const [, user, verb, resource, group, namespace] = FORBIDDEN.exec(message) ?? [];
  if (verb === undefined || resource === undefined) return undefined;
  return { verb, resource, group: group ?? '', ...(namespace && { namespace }), ...(user && { user }) };
}

function permissionHint({ verb, resource, group, namespace }: MissingPermission): string {
  const [plural = '', subresource] = resource.split('/');
  const name = group === '' ? plural : `${plural}.${group}`;
  const parts = ['kubectl auth can-i', verb, name, subresource && `--subresource=${subresource}`, namespace && `-n ${namespace}`];
  return parts.filter(Boolean).join(' ');
}

function forbidden(error: ApiError, { verb, object, server }: ApiErrorContext): McsError {
  const missing = findMissingPermission(error.message);
  const state = missing === undefined ? error.message : `user "${missing.user ?? ''}" lacks the permission to ${missing.verb} ${missing.resource}${missing.group && `.${missing.group}`}`;
  return new McsError('MCS_FORBIDDEN', `Cannot ${verb} ${object} at ${server}: ${state}`, {
    hints: missing === undefined ? ['kubectl auth whoami'] : [permissionHint(missing)],
    details: { server, ...(missing && { missing }) },
    cause: error,
  });
}

function refused(error: ApiError, { verb, object, server }: ApiErrorContext): McsError {
  const { code, reason, status, retryAfterMs } = error;
  const causes = status.details?.causes;
  return new McsError('MCS_API_ERROR', `Cannot ${verb} ${object} at ${server}: ${error.message}`, {
    hints: code >= 500 || code === 429 ? [`kubectl --server ${server} get --raw /readyz?verbose`] : [],
    details: { server, status: code, ...(reason && { reason }), ...(causes && { causes }), ...(retryAfterMs !== undefined && { retryAfterMs }) },
    cause: error,
  });
}

/**
 * What a refused or failed request means for a person: MCS_UNAUTHORIZED, MCS_FORBIDDEN with the missing
 * verb and resource in `details.missing`, or MCS_API_ERROR. An McsError stays as it is.
 */
export function describeApiError(error: unknown, context: ApiErrorContext): McsError {
  if (!(error instanceof ApiError) || isAbortError(error)) return toMcsError(error);
  if (error.code === 403) return forbidden(error, context);
  if (error.code !== 401) return refused(error, context);
  const { verb, object, server } = context;
  return new McsError('MCS_UNAUTHORIZED', `Cannot ${verb} ${object}: the API server at ${server} does not accept the credential`, {
    hints: ['kubectl auth whoami'],
    details: { server },
    cause: error,
  });
}

import type { ServerResponse } from 'node:http';
import { failureStatus } from '../../api/status.ts';
import type { Status } from '../../api/types/index.ts';
import { errorMessage } from '../../base/errors.ts';
import { StatusError } from '../status-error.ts';

export function sendText(response: ServerResponse, code: number, body: string | Buffer, type = 'application/json'): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(code, { 'content-type': type, 'content-length': bytes.length, 'cache-control': 'no-cache, private' });
  response.end(bytes);
}

/** What stands at no path at all: real servers say so without a Status. */
export function sendNoSuchPage(response: ServerResponse): void {
  sendText(response, 404, '404 page not found\n', 'text/plain; charset=utf-8');
}

export function sendJson(response: ServerResponse, code: number, value: unknown): void {
  sendText(response, code, JSON.stringify(value));
}

/** A Status as the wire has it: `metadata` is always there. */
export function statusBody(status: Status): object {
  const { apiVersion, kind, ...rest } = status;
  return { kind, apiVersion, metadata: {}, ...rest };
}

/** The Status of anything thrown; what is no refusal is a fault of ours (500). */
export function statusOf(error: unknown): Status {
  return error instanceof StatusError ? error.status : failureStatus('InternalError', `Internal error occurred: ${errorMessage(error)}`);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(error);
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  // the unread rest of a request would otherwise be taken for the next one
  if (!response.req.complete) response.setHeader('connection', 'close');
  sendJson(response, status.code, statusBody(status));
}

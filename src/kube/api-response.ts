import type { IncomingHttpHeaders } from 'node:http';
import { isStatus } from '../api/status.ts';
import type { Status } from '../api/types/index.ts';
import { errorMessage, McsError } from '../base/errors.ts';
import { ApiError } from './api-error.ts';
import type { Exchange } from './http-exchange.ts';

const MAX_TEXT = 500;

/** Milliseconds of a Retry-After header, which holds seconds or an HTTP date; undefined if there is none. */
export function parseRetryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The Status of a refusal, also where a proxy answered in plain text. */
export function statusOf(code: number, text: string): Status {
  const parsed = parseJson(text);
  if (isStatus(parsed)) return { ...parsed, code };
  const message = text.trim().slice(0, MAX_TEXT) || `HTTP ${code}`;
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, message };
}

function apiErrorOf(code: number, headers: IncomingHttpHeaders, text: string): ApiError {
  const status = statusOf(code, text);
  const seconds = status.details?.retryAfterSeconds;
  return new ApiError(status, parseRetryAfter(headers['retry-after']) ?? (seconds ? seconds * 1000 : undefined));
}

async function readText(exchange: Exchange): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of exchange.body()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const isJson = (headers: IncomingHttpHeaders): boolean => headers['content-type']?.includes('json') ?? false;

/** Throws the ApiError that a failed answer stands for; does nothing for a success. */
export async function checkStatus(exchange: Exchange): Promise<void> {
  const { statusCode = 0, headers } = exchange.response;
  if (statusCode < 200 || statusCode > 299) throw apiErrorOf(statusCode, headers, await readText(exchange));
}

/** The parsed body of a success, or its text if it is no JSON by its own account. Throws ApiError. */
export async function readBody(exchange: Exchange, server: string): Promise<unknown> {
  await checkStatus(exchange);
  const text = await readText(exchange);
  if (!isJson(exchange.response.headers)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new McsError('MCS_API_ERROR', `Cannot read the answer of the API server at ${server}: ${errorMessage(error)}`, { cause: error });
  }
}

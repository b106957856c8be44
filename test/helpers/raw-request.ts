import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { TestApiServer } from './api-server.ts';

export interface RawAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into whatever came
  readonly body: any;
}

export interface RawRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Empty: no credential. Default: the administrator's. */
  readonly token?: string;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // a watch, or no JSON at all: the test reads `text`
  }
}

/** One HTTPS request to a test server, with nothing in between. */
export function rawRequest(server: TestApiServer, path: string, { body, headers = {}, method = 'GET', token = server.adminToken }: RawRequest = {}): Promise<RawAnswer> {
  const payload = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  // Node sends the body of a DELETE without any length unless it is told
  const type = payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) };
  const credential = token === '' ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, ca: server.ca, agent: false, headers: { ...credential, ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    });
    sent.once('error', reject);
    sent.end(payload);
  });
}

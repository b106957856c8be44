import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { ObjectMeta } from '../../src/api/types/index.ts';
import type { TestApiServer } from './api-server.ts';

/** Everything that tests look for in answers of any kind; what is there depends on the answer. */
export interface RawBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta & { readonly continue?: string };
  readonly status: unknown;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly kind: string; readonly causes: readonly { readonly field: string; readonly message: string; readonly reason: string }[] };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: { readonly type?: string; readonly replicas?: number; readonly ports: readonly { readonly port: number }[] };
  readonly items: readonly RawBody[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
  readonly resources: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, { readonly patch: { readonly parameters: readonly { readonly name: string }[] } }>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: { readonly spec: { readonly required: readonly string[] } } }>> };
}

export interface RawAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Parsed, if it is JSON. */
  readonly body: RawBody;
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
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) as RawBody });
      });
    });
    sent.once('error', reject);
    sent.end(payload);
  });
}

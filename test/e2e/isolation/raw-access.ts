import { request } from 'node:https';
import type { ClusterAccess } from '../../../src/kube/client.ts';
import type { Attempt } from './attempts.ts';

export interface RawAnswer {
  readonly code: number;
  readonly text: string;
}

/** One request as a hostile client would send it, with nothing of ours in between. */
export function sendRaw({ server, tls }: Pick<ClusterAccess, 'server' | 'tls'>, token: string, attempt: Pick<Attempt, 'method' | 'path' | 'body' | 'contentType' | 'headers'>): Promise<RawAnswer> {
  const { method, path, body, contentType = 'application/json', headers = {} } = attempt;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const type = payload === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(payload)) };
  return new Promise((resolve, reject) => {
    const sent = request(`${server}${path}`, { method, ...tls, agent: false, timeout: 20_000, headers: { authorization: `Bearer ${token}`, ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.once('error', reject);
    sent.end(payload);
  });
}

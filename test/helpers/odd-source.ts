import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess } from '../../src/kube/client.ts';

/** What a server answers to GET requests; undefined leaves a request open for ever. */
export type Answer = (path: string, query: URLSearchParams) => { readonly status?: number; readonly type?: string; readonly body: string } | undefined;

/** A server over plain HTTP that answers whatever a test wants. */
export interface OddSource {
  readonly url: string;
  answer: Answer;
  /** Paths that were asked for, watches with `?watch`. */
  readonly requests: string[];
  access(): ClusterAccess;
  /** Ends every connection, open watches too. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startOddSource(answer: Answer): Promise<OddSource> {
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://odd');
    requests.push(searchParams.has('watch') ? `${pathname}?watch` : pathname);
    const answered = odd.answer(pathname, searchParams);
    if (answered === undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      return;
    }
    response.writeHead(answered.status ?? 200, { 'content-type': answered.type ?? 'application/json' }).end(answered.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const odd: OddSource = {
    url,
    answer,
    requests,
    access: () => ({ server: url, tls: {}, headers: () => Promise.resolve({}) }),
    cut: () => server.closeAllConnections(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return odd;
}

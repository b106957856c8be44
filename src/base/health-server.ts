import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';
import type { Startable } from './lifecycle.ts';
import { listenFailure, listenWithFallback } from './listen-host.ts';
import { http } from './node-http.ts';

export interface HealthServerOptions {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly registry: Registry;
  /** Further GET paths, each with a JSON answer. */
  readonly routes?: Readonly<Record<string, (query: URLSearchParams) => unknown>>;
}

export interface HealthServer extends Startable {
  /** The port that it listens on, once started. */
  readonly port: number;
}

/** HTTP server for probes and Prometheus: /healthz, /readyz, /metrics. */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const server = http.createServer((request, response) => {
    answer(options, request, response).catch(() => response.writeHead(500).end());
  });
  let port = options.port;
  return {
    name: 'health',
    get port() {
      return port;
    },
    start: async () => {
      if (server.listening) return;
      await listenWithFallback(options.host, async (host) => {
        server.listen(options.port, host);
        await once(server, 'listening'); // rejects with the error of a failed bind
      }).catch((error: unknown) => {
        throw listenFailure(error, options, ['MCS_HEALTH_PORT=<port>   # that of probes and metrics']);
      });
      const address = server.address();
      if (typeof address === 'object' && address !== null) ({ port } = address);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer({ health, registry, routes = {} }: HealthServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method !== 'GET') return send(response, 405, 'text/plain', 'GET only\n');
  if (pathname === '/healthz') return send(response, 200, 'text/plain', 'ok\n');
  if (pathname === '/readyz') return send(response, health.isReady ? 200 : 503, 'text/plain', `${health.describe()}\n`);
  if (pathname === '/metrics') return send(response, 200, registry.contentType, await registry.metrics());
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
  if (route === undefined) return send(response, 404, 'text/plain', 'not found\n');
  return send(response, 200, 'application/json', JSON.stringify(await route(searchParams)));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

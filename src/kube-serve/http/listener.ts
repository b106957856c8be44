import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { FaultHooks } from '../faults.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. Without: plain HTTP. `ca` asks clients for a certificate, which `authenticate` may look at. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

export interface ListeningAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** Longer than clients keep idle connections, so that they never use one that we are closing. */
const KEEP_ALIVE_MS = 120_000;

function createServer(handler: RequestListener, tls: ListenOptions['tls']): Server {
  if (tls === undefined) return createHttpServer(handler);
  const client = tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: false };
  return createHttpsServer({ cert: tls.cert, key: tls.key, ...client }, handler);
}

/** The port of a server, and its connections, which faults can cut. */
export class Listener {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #isSecure: boolean;

  constructor(handler: RequestListener, tls: ListenOptions['tls'], faults: FaultHooks) {
    this.#isSecure = tls !== undefined;
    this.#server = createServer(handler, tls);
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    // plain connections: TLS comes on top of them
    this.#server.on('connection', (socket: Socket) => {
      if (faults.isCutOff()) socket.destroy();
      else this.#follow(socket);
    });
    // a client that goes away in the middle of a handshake is its own affair
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    this.#server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  }

  async listen({ host, port }: ListenOptions): Promise<ListeningAddress> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address() as AddressInfo;
    const shown = host.includes(':') ? `[${host}]` : host;
    return { url: `${this.#isSecure ? 'https' : 'http'}://${shown}:${address.port}`, host, port: address.port };
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #follow(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

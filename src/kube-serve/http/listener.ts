import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureVersion, Server as TlsServer } from 'node:tls';
import { systemErrorCode } from '../../base/errors.ts';
import { hostPort } from '../../base/host-port.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. Without: plain HTTP. `ca` asks clients for a certificate, which `authenticate` may look at. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string; readonly minVersion?: SecureVersion; readonly ciphers?: string };
  /** Connections open at once. Default: as many as the system gives. */
  readonly maxConnections?: number;
}

export interface ListeningAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** Longer than clients keep idle connections, so that they never use one that we are closing. */
const KEEP_ALIVE_MS = 120_000;
/** A client that does not get its handshake, or its request line and headers, across in this time is cut. */
const HEADERS_MS = 20_000;
/** How often that is looked at. */
const CHECK_MS = 5_000;
/** Silence after which the system asks whether the other end is still there, so that half-open connections do not stay. */
const PROBE_MS = 30_000;
/** What a request that cannot be read is answered with, by the code of its error. */
const REFUSALS: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' };

function createServer(handler: RequestListener, tls: ListenOptions['tls']): Server {
  const limits = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS, keepAlive: true, keepAliveInitialDelay: PROBE_MS };
  if (tls === undefined) return createHttpServer(limits, handler);
  const client = tls.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  return createHttpsServer({ ...limits, handshakeTimeout: HEADERS_MS, ...tls, ...client }, handler);
}

/** A client that has gone cannot be told. */
function refuseRequest(error: Error, socket: Duplex): void {
  const code = systemErrorCode(error) ?? '';
  if (!socket.writable || code === 'ECONNRESET') socket.destroy();
  else socket.end(`HTTP/1.1 ${REFUSALS[code] ?? '400 Bad Request'}\r\nconnection: close\r\n\r\n`, () => socket.destroy());
}

/** The port of a server, and its connections. */
export class Listener {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #isSecure: boolean;

  constructor(handler: RequestListener, { maxConnections, tls }: Pick<ListenOptions, 'maxConnections' | 'tls'>, isCutOff: () => boolean = () => false) {
    this.#isSecure = tls !== undefined;
    this.#server = createServer(handler, tls);
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    if (maxConnections !== undefined) this.#server.maxConnections = maxConnections;
    // plain connections: TLS comes on top of them
    this.#server.on('connection', (socket: Socket) => {
      if (isCutOff()) socket.destroy();
      else this.#follow(socket);
    });
    this.#server.on('clientError', refuseRequest);
    // a client that goes away in the middle of a handshake is its own affair
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
    return { url: `${this.#isSecure ? 'https' : 'http'}://${hostPort(host, address.port)}`, host, port: address.port };
  }

  setTls(tls: NonNullable<ListenOptions['tls']>): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tls);
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

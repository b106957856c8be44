import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenWithFallback } from '../base/listen-host.ts';

/** First byte of a connection: what the client wants. */
export const WANTS_STREAM = 0x54; // T
export const WANTS_ECHO = 0x4c; // L

/** Larger writes than the socket's buffer keep the kernel busy while this thread serves the others. */
const CHUNK_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 256;
/** A peer that is gone without a word holds a connection no longer than this, ms. */
const IDLE_MS = 30_000;

export interface BenchmarkServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** It ends by itself after this time, ms. */
  readonly lifeMs: number;
  readonly signal: AbortSignal;
}

export interface BenchmarkServer {
  readonly port: number;
  /** Resolves when it has stopped: by the signal or by its age. */
  readonly ended: Promise<void>;
}

function sendWithoutEnd(socket: Socket, chunk: Buffer): void {
  // by its callback a write follows the one before: there is always one under way, and never a queue
  const send = (error?: Error | null): void => {
    if (!error && !socket.destroyed) socket.write(chunk, send);
  };
  send();
}

function serve(socket: Socket, chunk: Buffer): void {
  socket.setNoDelay(true);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy()); // the client ends its streams by closing them
  socket.once('data', (first: Buffer) => {
    if (first[0] === WANTS_STREAM) sendWithoutEnd(socket, chunk);
    else if (first[0] === WANTS_ECHO) {
      if (first.length > 1) socket.write(first.subarray(1));
      socket.on('data', (data: Buffer) => socket.write(data));
    } else socket.destroy();
    socket.resume();
  });
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Serves both measurements on one TCP port: an endless stream, or an echo. Throws the system's error where it cannot listen. */
export async function startBenchmarkServer({ host, lifeMs, port, signal }: BenchmarkServerOptions): Promise<BenchmarkServer> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, chunk);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const bound = await listenWithFallback(host, (each) => listen(server, each, port));
  const end = AbortSignal.any([signal, AbortSignal.timeout(lifeMs)]);
  const ended = new Promise<void>((resolve) => {
    const stop = (): void => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    };
    if (end.aborted) stop();
    else end.addEventListener('abort', stop, { once: true });
  });
  return { port: bound, ended };
}

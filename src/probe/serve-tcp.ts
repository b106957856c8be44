import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenWithFallback } from '../base/listen-host.ts';

export interface TcpServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** It ends by itself after this time, ms. */
  readonly lifeMs: number;
  readonly signal: AbortSignal;
}

export interface TcpServer {
  readonly port: number;
  /** Resolves when it has stopped: by the signal or by its age. */
  readonly ended: Promise<void>;
}

const MAX_CONNECTIONS = 256;
/** A peer that is gone without a word holds a connection no longer than this, ms. */
const IDLE_MS = 30_000;

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Serves each connection until the server's end, which closes them all. Throws the system's error where it cannot listen. */
export async function serveTcp({ host, lifeMs, port, signal }: TcpServerOptions, serve: (socket: Socket) => void): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy()); // clients end by closing
    serve(socket);
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

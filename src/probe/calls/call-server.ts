import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenWithFallback } from '../../base/listen-host.ts';

/** What the server says of itself to each caller, as a line of JSON. */
export interface Greeting {
  readonly cluster: string;
  readonly pod: string;
  /** Address of the caller, as the server sees it. */
  readonly caller: string;
}

export interface CallServerOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly cluster: string;
  readonly pod: string;
  /** It ends by itself after this time, ms. */
  readonly lifeMs: number;
  readonly signal: AbortSignal;
}

export interface CallServer {
  readonly port: number;
  /** Resolves when it has stopped: by the signal or by its age. */
  readonly ended: Promise<void>;
}

const MAX_CONNECTIONS = 256;
/** A caller that is gone without a word holds a connection no longer than this, ms. */
const IDLE_MS = 30_000;

/** An IPv4 address as such, which a socket of both families shows in its IPv6 form. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function answer(socket: Socket, { cluster, pod }: CallServerOptions): void {
  const greeting: Greeting = { cluster, pod, caller: plainAddress(socket.remoteAddress) };
  socket.setNoDelay(true);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy()); // callers end by closing
  socket.write(`${JSON.stringify(greeting)}\n`);
  socket.pipe(socket); // what is not read by the caller is not read from it: memory stays bounded
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

/** Says who answers and who calls, then sends back what it gets. Throws the system's error where it cannot listen. */
export async function startCallServer(options: CallServerOptions): Promise<CallServer> {
  const { host, lifeMs, port, signal } = options;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    answer(socket, options);
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

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { SocketAddress } from './frontends.ts';

/** A listening socket whose connections go to the targets given last, in turn. */
export interface Forwarder {
  /** The one that was asked for, or for 0 the one that the system chose. */
  readonly port: number;
  setTargets(targets: readonly SocketAddress[]): void;
  /** Takes no more connections at once, and resolves when the open ones have ended: they live on, as with kube-proxy. */
  close(): Promise<void>;
  /** Ends open connections too. */
  destroy(): Promise<void>;
}

/** Chooses targets. */
export interface Rotation {
  readonly set: (targets: readonly SocketAddress[]) => void;
  readonly next: () => SocketAddress | undefined;
}

/** The targets in turn, beginning at a random one. */
export function createRotation(random: () => number = Math.random): Rotation {
  let targets: readonly SocketAddress[] = [];
  let index = 0;
  return {
    set: (given) => {
      targets = given;
      index = Math.floor(random() * Math.max(targets.length, 1));
    },
    next: () => targets[index++ % Math.max(targets.length, 1)],
  };
}

/** Joins two sockets. allowHalfOpen: the answer to a client that half-closed must still arrive. */
function join(client: Socket, target: SocketAddress, sockets: Set<Socket>): void {
  const upstream = connect({ host: target.address, port: target.port, allowHalfOpen: true });
  for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // an abrupt end on one side is an abrupt end on the other: the peer must not take it for a normal one
    socket.on('error', () => other.resetAndDestroy());
  }
  client.pipe(upstream);
  upstream.pipe(client);
}

export async function listenTcpForward({ address, port }: SocketAddress, targets: readonly SocketAddress[]): Promise<Forwarder> {
  const rotation = createRotation();
  rotation.set(targets);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = rotation.next();
    if (target === undefined) client.resetAndDestroy();
    else join(client, target, sockets);
  });
  server.listen(port, address);
  await once(server, 'listening');
  let closed: Promise<unknown> | undefined;
  const stopListening = (): Promise<unknown> => {
    if (closed === undefined) {
      closed = once(server, 'close');
      server.close();
    }
    return closed;
  };
  return {
    port: (server.address() as AddressInfo).port,
    setTargets: rotation.set,
    close: async () => {
      await stopListening();
    },
    destroy: async () => {
      const done = stopListening();
      for (const socket of sockets) socket.destroy();
      await done;
    },
  };
}

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Startable } from '../base/lifecycle.ts';
import { listenWithFallback } from '../base/listen-host.ts';
import type { Logger } from '../base/log.ts';
import type { NameServer } from './name-server.ts';
import { serveConnection } from './tcp-connection.ts';

export interface SocketOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
}

export interface TcpOptions extends SocketOptions {
  /** A connection without a question for so long is closed, ms. Default 10 s (RFC 7766 recommends seconds). */
  readonly idleMs?: number;
  /** Connections at a time; more are closed at once. Default 256. */
  readonly maxConnections?: number;
}

export interface DnsSocket extends Startable {
  /** The port in use, once started. */
  readonly port: number;
}

async function bindUdp(host: string, port: number): Promise<UdpSocket> {
  const isIPv6 = host.includes(':');
  // peers are addresses, never names: looking them up would cost a turn of the event loop each
  const socket = createSocket({ type: isIPv6 ? 'udp6' : 'udp4', lookup: (address, _options, found) => found(null, address, isIPv6 ? 6 : 4) });
  try {
    const listening = once(socket, 'listening'); // rejects with the error of a failed bind
    socket.bind(port, host); // with our lookup it may listen before this returns
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Serves DNS over UDP. */
export function createUdpSocket(server: NameServer, { host, port, logger }: SocketOptions): DnsSocket {
  let socket: UdpSocket | undefined;
  const serve = (packet: Buffer, { port: peerPort, address }: RemoteInfo): void => {
    const response = server.handle(packet, 'udp');
    if (response !== undefined) socket?.send(response, peerPort, address);
  };
  return {
    name: 'dns-udp',
    get port() {
      return socket?.address().port ?? port;
    },
    start: async () => {
      if (socket !== undefined) return;
      socket = await listenWithFallback(host, (address) => bindUdp(address, port));
      socket.on('message', serve);
      socket.on('error', (error) => logger.debug('Cannot send a UDP answer', { error })); // the client asks again
    },
    stop: async () => {
      const closing = socket;
      socket = undefined;
      if (closing !== undefined) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
  };
}

async function listenTcp(listener: Server, host: string, port: number): Promise<void> {
  listener.listen(port, host);
  await once(listener, 'listening');
}

/** Serves DNS over TCP. */
export function createTcpSocket(server: NameServer, { host, port, logger, idleMs = 10_000, maxConnections = 256 }: TcpOptions): DnsSocket {
  const connections = new Set<Socket>();
  const listener = createServer((connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
    serveConnection(connection, { answer: (packet) => server.handle(packet, 'tcp'), idleMs, logger });
  });
  listener.maxConnections = maxConnections;
  return {
    name: 'dns-tcp',
    get port() {
      const address = listener.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    start: async () => {
      if (listener.listening) return;
      await listenWithFallback(host, (address) => listenTcp(listener, address, port));
      listener.on('error', (error) => logger.warn('Cannot accept a TCP connection', { error }));
    },
    stop: async () => {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}

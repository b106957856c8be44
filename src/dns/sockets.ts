import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import type { NameServer } from './name-server.ts';

export interface SocketOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly logger: Logger;
}

export interface DnsSocket extends Startable {
  /** The port in use, once started. */
  readonly port: number;
}

/** Connections at a time; more are closed at once. */
const MAX_CONNECTIONS = 256;
/** A connection without a question for so long is closed, ms (RFC 7766 recommends seconds). */
const IDLE_MS = 10_000;
/** Questions that a client may have sent before they are read; a longer rest is no DNS. */
const MAX_PENDING_BYTES = 2 + 65_535;

/** Serves DNS over UDP. */
export function createUdpSocket(server: NameServer, { host, port, logger }: SocketOptions): DnsSocket {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (packet, from) => {
    const response = server.handle(packet, 'udp');
    if (response !== undefined) socket.send(response, from.port, from.address, (error) => {
      if (error !== null) logger.debug('cannot answer', { error });
    });
  });
  let bound = port;
  return {
    name: 'dns-udp',
    get port() {
      return bound;
    },
    start: async () => {
      socket.bind(port, host);
      await once(socket, 'listening'); // rejects with the error of a failed bind
      bound = socket.address().port;
      socket.on('error', (error) => {
        logger.warn('UDP socket', { error });
      });
    },
    stop: () => new Promise((resolve) => socket.close(() => { resolve(); })),
  };
}

/** Serves DNS over TCP: messages with a length in front, any number on one connection (RFC 7766). */
export function createTcpSocket(server: NameServer, { host, port, logger }: SocketOptions): DnsSocket {
  const listener = createServer((connection) => {
    serveConnection(server, connection, logger);
  });
  const connections = new Set<Socket>();
  listener.maxConnections = MAX_CONNECTIONS;
  listener.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  let bound = port;
  return {
    name: 'dns-tcp',
    get port() {
      return bound;
    },
    start: async () => {
      listener.listen(port, host);
      await once(listener, 'listening');
      const address = listener.address();
      if (typeof address === 'object' && address !== null) bound = address.port;
    },
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => { resolve(); });
        for (const connection of connections) connection.destroy();
      }),
  };
}

function serveConnection(server: NameServer, connection: Socket, logger: Logger): void {
  let pending = Buffer.alloc(0);
  connection.setTimeout(IDLE_MS, () => connection.destroy());
  connection.on('error', (error) => {
    logger.debug('TCP connection', { error });
  });
  connection.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const response = server.handle(pending.subarray(2, end), 'tcp');
      pending = pending.subarray(end);
      // what deserves no answer ends the connection: there is no other way to say so
      if (response === undefined) return void connection.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      connection.write(Buffer.concat([length, response]));
    }
    if (pending.length > MAX_PENDING_BYTES) connection.destroy();
  });
}

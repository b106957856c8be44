import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A socket that an echo pod listens on. */
export interface EchoListener {
  /** The one that was asked for, or for 0 the one that the system chose. */
  readonly port: number;
  close(): Promise<void>;
}

export interface EchoAddress {
  readonly host: string;
  readonly port: number;
}

const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) /;

/** Answers every request with who answers. */
function createGreeter(greeting: string): HttpServer {
  return createHttpServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(`${greeting}\n`);
  });
}

/**
 * TCP: an HTTP request is answered with the greeting; anything else gets the greeting as a first
 * line, and then back what it sent.
 */
export async function listenEchoTcp({ host, port }: EchoAddress, greeting: string): Promise<EchoListener> {
  const greeter = createGreeter(greeting);
  const sockets = new Set<Socket>();
  // half-open: a client that has sent FIN still gets the rest of its echo
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()); // a client that went away is no concern of the pod
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (chunk) => {
      serve(socket, chunk, greeting, greeter);
    });
    socket.once('end', () => {
      if (socket.bytesRead === 0) socket.end();
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, chunk: Buffer, greeting: string, greeter: HttpServer): void {
  if (HTTP_REQUEST.test(chunk.subarray(0, 8).toString('latin1'))) {
    socket.pause();
    socket.unshift(chunk);
    greeter.emit('connection', socket);
    socket.resume();
    return;
  }
  socket.write(`${greeting}\n`);
  socket.write(chunk);
  socket.pipe(socket);
}

/** UDP: each datagram comes back behind a line with the greeting. */
export async function listenEchoUdp({ host, port }: EchoAddress, greeting: string): Promise<EchoListener> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    socket.send(Buffer.concat([Buffer.from(`${greeting}\n`), message]), from.port, from.address);
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  socket.on('error', () => undefined); // ECONNREFUSED of a client that did not wait for its answer
  return {
    port: socket.address().port,
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

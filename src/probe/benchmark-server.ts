import type { Socket } from 'node:net';
import { serveTcp, type TcpServer, type TcpServerOptions } from './serve-tcp.ts';

/** First byte of a connection: what the client wants. */
export const WANTS_STREAM = 0x54; // T
export const WANTS_ECHO = 0x4c; // L

/** Larger writes than the socket's buffer keep the kernel busy while this thread serves the others. */
const CHUNK_BYTES = 256 * 1024;

function sendWithoutEnd(socket: Socket, chunk: Buffer): void {
  // by its callback a write follows the one before: there is always one under way, and never a queue
  const send = (error?: Error | null): void => {
    if (!error && !socket.destroyed) socket.write(chunk, send);
  };
  send();
}

function serve(socket: Socket, chunk: Buffer): void {
  socket.once('data', (first: Buffer) => {
    if (first[0] === WANTS_STREAM) sendWithoutEnd(socket, chunk);
    else if (first[0] === WANTS_ECHO) {
      if (first.length > 1) socket.write(first.subarray(1));
      socket.on('data', (data: Buffer) => socket.write(data));
    } else socket.destroy();
    socket.resume();
  });
}

/** Serves both measurements on one TCP port: an endless stream, or an echo. Throws the system's error where it cannot listen. */
export function startBenchmarkServer(options: TcpServerOptions): Promise<TcpServer> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  return serveTcp(options, (socket) => serve(socket, chunk));
}

import type { Socket } from 'node:net';
import { serveTcp, type TcpServer, type TcpServerOptions } from '../serve-tcp.ts';

/** What the server says of itself to each caller, as a line of JSON. */
export interface Greeting {
  readonly cluster: string;
  readonly pod: string;
  /** Address of the caller, as the server sees it. */
  readonly caller: string;
}

export interface CallServerOptions extends TcpServerOptions {
  readonly cluster: string;
  readonly pod: string;
}

/** An IPv4 address as such, which a socket of both families shows in its IPv6 form. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function answer(socket: Socket, { cluster, pod }: CallServerOptions): void {
  const greeting: Greeting = { cluster, pod, caller: plainAddress(socket.remoteAddress) };
  socket.write(`${JSON.stringify(greeting)}\n`);
  socket.pipe(socket); // what is not read by the caller is not read from it: memory stays bounded
}

/** Says who answers and who calls, then sends back what it gets. Throws the system's error where it cannot listen. */
export function startCallServer(options: CallServerOptions): Promise<TcpServer> {
  return serveTcp(options, (socket) => answer(socket, options));
}

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { SocketAddress } from './frontends.ts';
import { createRotation, type Forwarder } from './tcp-forward.ts';

/** A client's flow to one target. UDP has no end, so a flow ends when it has been idle. */
interface Flow {
  readonly target: SocketAddress;
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

const IDLE_MS = 10_000;
/** A flow costs a socket; the oldest goes when there are more. */
const MAX_FLOWS = 1024;

const same = (a: SocketAddress, b: SocketAddress): boolean => a.address === b.address && a.port === b.port;

/** The flows of one front: each client keeps its target while it speaks. */
class Flows {
  readonly #front: Socket;
  readonly #flows = new Map<string, Flow>();
  readonly #rotation = createRotation();

  constructor(front: Socket, targets: readonly SocketAddress[]) {
    this.#front = front;
    this.#rotation.set(targets);
  }

  send(message: Buffer, client: RemoteInfo): void {
    const key = `${client.address}:${client.port}`;
    const flow = this.#flows.get(key) ?? this.#open(key, client);
    flow?.timer.refresh();
    flow?.socket.send(message, flow.target.port, flow.target.address);
  }

  /** Flows to targets that are not given any more end. */
  setTargets(targets: readonly SocketAddress[]): void {
    this.#rotation.set(targets);
    for (const [key, flow] of this.#flows) if (!targets.some((target) => same(target, flow.target))) this.#end(key);
  }

  endAll(): void {
    for (const key of [...this.#flows.keys()]) this.#end(key);
  }

  #open(key: string, client: RemoteInfo): Flow | undefined {
    const target = this.#rotation.next();
    if (target === undefined) return undefined;
    const socket = createSocket('udp4');
    const timer = setTimeout(() => this.#end(key), IDLE_MS);
    socket.on('message', (message) => this.#front.send(message, client.port, client.address));
    // the target is gone (ECONNREFUSED): the client's next datagram picks another one
    socket.on('error', () => this.#end(key));
    const flow = { target, socket, timer };
    this.#flows.set(key, flow);
    const oldest = this.#flows.size > MAX_FLOWS ? this.#flows.keys().next().value : undefined;
    if (oldest !== undefined) this.#end(oldest);
    return flow;
  }

  #end(key: string): void {
    const flow = this.#flows.get(key);
    if (flow === undefined) return;
    this.#flows.delete(key);
    clearTimeout(flow.timer);
    flow.socket.close();
  }
}

/** Listens on UDP and forwards each client's datagrams to one target, and the answers back. */
export async function listenUdpForward({ address, port }: SocketAddress, targets: readonly SocketAddress[]): Promise<Forwarder> {
  const front = createSocket('udp4');
  const flows = new Flows(front, targets);
  front.on('message', (message, client) => flows.send(message, client));
  front.bind(port, address);
  await once(front, 'listening');
  front.on('error', () => undefined); // a client that is gone already

  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    flows.endAll();
    if (closed === undefined) {
      closed = once(front, 'close');
      front.close();
    }
    await closed;
  };
  return { port: front.address().port, setTargets: (given) => flows.setTargets(given), close, destroy: close };
}

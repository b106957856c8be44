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

export async function listenUdpForward({ address, port }: SocketAddress, targets: readonly SocketAddress[]): Promise<Forwarder> {
  const rotation = createRotation();
  rotation.set(targets);
  const flows = new Map<string, Flow>();
  const front = createSocket('udp4');

  const end = (key: string): void => {
    const flow = flows.get(key);
    if (flow === undefined) return;
    flows.delete(key);
    clearTimeout(flow.timer);
    flow.socket.close();
  };
  const open = (key: string, client: RemoteInfo): Flow | undefined => {
    const target = rotation.next();
    if (target === undefined) return undefined;
    const socket = createSocket('udp4');
    const timer = setTimeout(() => {
      end(key);
    }, IDLE_MS);
    socket.on('message', (message) => {
      front.send(message, client.port, client.address);
    });
    // the target is gone (ECONNREFUSED): the client's next datagram picks another one
    socket.on('error', () => {
      end(key);
    });
    const flow = { target, socket, timer };
    flows.set(key, flow);
    const oldest = flows.size > MAX_FLOWS ? flows.keys().next().value : undefined;
    if (oldest !== undefined) end(oldest);
    return flow;
  };

  front.on('message', (message, client) => {
    const key = `${client.address}:${client.port}`;
    const flow = flows.get(key) ?? open(key, client);
    flow?.timer.refresh();
    flow?.socket.send(message, flow.target.port, flow.target.address);
  });
  front.bind(port, address);
  await once(front, 'listening');
  front.on('error', () => undefined); // a client that is gone already

  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    for (const key of [...flows.keys()]) end(key);
    if (closed === undefined) {
      closed = once(front, 'close');
      front.close();
    }
    await closed;
  };
  return {
    port: front.address().port,
    setTargets: (given) => {
      rotation.set(given);
      for (const [key, flow] of flows) if (!given.some((target) => same(target, flow.target))) end(key);
    },
    close,
    destroy: close,
  };
}

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Packet } from 'dns-packet';

export interface UdpNameServer {
  readonly port: number;
  /** Names that were asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** What to say of a name: an address, `NXDOMAIN`, or nothing at all. */
export type SayOfName = (name: string) => string | undefined;

/** A name server on loopback that says what it is told to. */
export async function startUdpNameServer(say: SayOfName): Promise<UdpNameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, { address, port }) => {
    const { id = 0, questions = [] } = decode(message);
    const name = questions[0]?.name ?? '';
    asked.push(name);
    const said = say(name);
    if (said === undefined) return;
    const answers = said === 'NXDOMAIN' ? [] : [{ type: 'A' as const, name, ttl: 5, data: said }];
    const packet: Packet = { type: 'response', id, flags: said === 'NXDOMAIN' ? 3 : 0, questions, answers };
    socket.send(encode(packet), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    asked,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { decode, encode } from 'dns-packet';
import { systemErrorCode } from '../base/errors.ts';

export type AddressType = 'A' | 'AAAA';

/** What came back of one question. */
export interface DnsReply {
  /** `NOERROR`, `NXDOMAIN`, ...; absent where no answer came. */
  readonly rcode?: string;
  readonly addresses: readonly string[];
  /** `timeout`, or the system's error (`ECONNREFUSED`); absent where there was an answer. */
  readonly error?: string;
}

/** Asks one name server over UDP from one port: nothing is cached, nothing is asked twice. */
export interface DnsAsker {
  ask(name: string, type: AddressType): Promise<DnsReply>;
  close(): void;
}

export interface DnsAskerOptions {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
}

type Settle = (reply: DnsReply) => void;

function readReply(message: Buffer): { readonly id: number; readonly reply: DnsReply } {
  const packet = decode(message);
  // dns-packet puts the rcode there, which its types do not know
  const { rcode = 'NOERROR' } = packet as unknown as { rcode?: string };
  const addresses = (packet.answers ?? []).flatMap((answer) => (answer.type === 'A' || answer.type === 'AAAA' ? [answer.data] : []));
  return { id: packet.id ?? 0, reply: { rcode, addresses } };
}

class UdpAsker implements DnsAsker {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Settle>();
  #lastID = randomInt(65_536);

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.on('message', (message) => this.#receive(message));
    // nobody listens: of what was asked nothing will be answered
    socket.on('error', (error) => this.#settleAll({ addresses: [], error: systemErrorCode(error) ?? error.message }));
  }

  ask(name: string, type: AddressType): Promise<DnsReply> {
    const id = (this.#lastID = (this.#lastID + 1) % 65_536);
    return new Promise((resolve) => {
      const settle = (reply: DnsReply): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      };
      const timer = setTimeout(() => settle({ addresses: [], error: 'timeout' }), this.#timeoutMs);
      this.#waiting.set(id, settle);
      this.#socket.send(encode({ type: 'query', id, flags: 256, questions: [{ type, name }] }), (error) => {
        if (error) settle({ addresses: [], error: systemErrorCode(error) ?? error.message });
      });
    });
  }

  close(): void {
    this.#settleAll({ addresses: [], error: 'closed' });
    this.#socket.close();
  }

  #receive(message: Buffer): void {
    try {
      const { id, reply } = readReply(message);
      this.#waiting.get(id)?.(reply);
    } catch {
      return; // not an answer; the right one may still come
    }
  }

  #settleAll(reply: DnsReply): void {
    for (const settle of [...this.#waiting.values()]) settle(reply);
  }
}

/** Rejects where the address cannot be reached at all (no route, no such family). */
export async function openDnsAsker({ address, port, timeoutMs }: DnsAskerOptions): Promise<DnsAsker> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.connect(port, address);
  await once(socket, 'connect');
  return new UdpAsker(socket, timeoutMs);
}

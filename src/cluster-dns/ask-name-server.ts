import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { decode, encode } from 'dns-packet';
import type { Clock } from '../base/clock.ts';

export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'SOA' | 'TXT';
}

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, ... */
  readonly rcode: string;
  /** Of the first record of the type: the text, the address, or the name of the server. */
  readonly text: string | undefined;
}

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

export type AskNameServer = (server: NameServer, question: DnsQuestion, signal: AbortSignal) => Promise<DnsAnswer>;

function readData(data: unknown): string | undefined {
  const first: unknown = Array.isArray(data) ? data[0] : data;
  if (first === undefined || typeof first === 'string') return first;
  if (first instanceof Uint8Array) return Buffer.from(first).toString('utf8');
  const { mname } = first as { mname?: string };
  return mname;
}

function readAnswer(message: Buffer, id: number, wanted: string): DnsAnswer | undefined {
  const packet = decode(message);
  if (packet.id !== id || packet.type !== 'response') return undefined;
  const record = packet.answers?.find(({ type }) => type === wanted);
  // dns-packet puts the rcode there, which its types do not know
  const { rcode } = packet as unknown as { rcode?: string };
  return { rcode: rcode ?? 'NOERROR', text: record !== undefined && 'data' in record ? readData(record.data) : undefined };
}

/** Asks one server, once, over UDP. Rejects where no answer comes in time. */
export function createNameServerAsker(clock: Clock, timeoutMs = 2_000): AskNameServer {
  return ({ address, port }, { name, type }, signal) =>
    new Promise((resolve, reject) => {
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      const id = randomInt(65_536);
      const end = (settle: () => void): void => {
        cancel();
        signal.removeEventListener('abort', onAbort);
        socket.close();
        settle();
      };
      const onAbort = (): void => end(() => reject(signal.reason as Error));
      const cancel = clock.schedule(() => end(() => reject(new Error('no answer'))), timeoutMs);
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('error', (error) => end(() => reject(error)));
      socket.on('message', (message) => {
        try {
          const answer = readAnswer(message, id, type);
          if (answer !== undefined) end(() => resolve(answer));
        } catch {
          return; // not an answer; the right one may still come
        }
      });
      socket.send(encode({ type: 'query', id, flags: 256, questions: [{ type, name }] }), port, address, (error) => {
        if (error) end(() => reject(error));
      });
    });
}

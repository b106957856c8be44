import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { decode, encode } from 'dns-packet';
import type { Clock } from '../base/clock.ts';

export interface TxtAnswer {
  /** `NOERROR`, `NXDOMAIN`, ... */
  readonly rcode: string;
  /** Text of the first TXT record. */
  readonly text: string | undefined;
}

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

export type AskTxt = (server: NameServer, name: string, signal: AbortSignal) => Promise<TxtAnswer>;

function readAnswer(message: Buffer, id: number): TxtAnswer | undefined {
  const packet = decode(message);
  if (packet.id !== id || packet.type !== 'response') return undefined;
  const record = packet.answers?.find(({ type }) => type === 'TXT');
  const data: unknown = record !== undefined && 'data' in record ? record.data : undefined;
  const first: unknown = Array.isArray(data) ? data[0] : data;
  // dns-packet puts the rcode there, which its types do not know
  const { rcode } = packet as unknown as { rcode?: string };
  return { rcode: rcode ?? 'NOERROR', text: first === undefined ? undefined : Buffer.from(first as string | Uint8Array).toString('utf8') };
}

/** Asks one server for a TXT record, once, over UDP. Rejects where no answer comes in time. */
export function createTxtAsker(clock: Clock, timeoutMs = 2_000): AskTxt {
  return ({ address, port }, name, signal) =>
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
          const answer = readAnswer(message, id);
          if (answer !== undefined) end(() => resolve(answer));
        } catch {
          return; // not an answer; the right one may still come
        }
      });
      socket.send(encode({ type: 'query', id, flags: 256, questions: [{ type: 'TXT', name }] }), port, address, (error) => {
        if (error) end(() => reject(error));
      });
    });
}

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { decode, encode } from 'dns-packet';

/** Asks one name server over UDP until it answers. */
export interface DnsProbe {
  /** Resolves with the time (performance.now) at which `name` first had an address. */
  untilResolved(name: string, signal: AbortSignal): Promise<number>;
  /** Resolves with the time at which this address was the only one of `name`. */
  untilLeadsTo(name: string, address: string, signal: AbortSignal): Promise<number>;
  close(): void;
}

/** Pause between two questions for a name that has no answer yet, ms. */
const PAUSE_MS = 2;
/** A question or an answer may be lost in a burst: it is asked again then, ms. */
const LOST_MS = 200;

export async function createDnsProbe(address: string, port: number): Promise<DnsProbe> {
  const socket = createSocket('udp4');
  const waiting = new Map<number, (addresses: readonly string[]) => void>();
  let lastID = 0;
  socket.on('message', (message) => {
    const { id = 0, answers = [] } = decode(message);
    waiting.get(id)?.(answers.flatMap((answer) => (answer.type === 'A' ? answer.data : [])));
    waiting.delete(id);
  });
  socket.on('error', () => {
    // nobody listens yet: what was asked will never be answered
    for (const answered of waiting.values()) answered([]);
    waiting.clear();
  });
  socket.connect(port, address);
  await once(socket, 'connect');
  const ask = (name: string): Promise<readonly string[]> => {
    const id = (lastID = (lastID % 65_535) + 1);
    return new Promise((resolve) => {
      const lost = setTimeout(() => {
        waiting.delete(id);
        resolve([]);
      }, LOST_MS);
      waiting.set(id, (addresses) => {
        clearTimeout(lost);
        resolve(addresses);
      });
      socket.send(encode({ type: 'query', id, questions: [{ type: 'A', name }] }));
    });
  };
  const until = async (name: string, isWanted: (addresses: readonly string[]) => boolean, signal: AbortSignal): Promise<number> => {
    while (!isWanted(await ask(name))) await delay(PAUSE_MS, undefined, { signal });
    return performance.now();
  };
  return {
    untilResolved: (name, signal) => until(name, (addresses) => addresses.length > 0, signal),
    untilLeadsTo: (name, address, signal) => until(name, (addresses) => addresses.length === 1 && addresses[0] === address, signal),
    close: () => {
      socket.close();
    },
  };
}

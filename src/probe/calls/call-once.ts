import { connect } from 'node:net';
import { errorMessage, systemErrorCode } from '../../base/errors.ts';
import { type Greeting, plainAddress } from './call-server.ts';
import type { CallAnswer } from './calls-request.ts';

export interface Call {
  readonly host: string;
  readonly port: number;
  readonly bytes: number;
  readonly timeoutMs: number;
}

/** Longest greeting that is waited for, bytes. */
const MAX_GREETING = 4096;
const NEWLINE = 0x0a;

/** Bytes that no shifted or repeated part of them equals. */
function payloadOf(bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += 1) payload[at] = (at * 31 + (at >>> 8)) & 0xff;
  return payload;
}

/** What of a conversation has come: the greeting, then what was sent. */
class Conversation {
  readonly #payload: Buffer;
  #greeting: Greeting | undefined;
  #head = Buffer.alloc(0);
  #returned = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  get greeting(): Greeting | undefined {
    return this.#greeting;
  }

  get isComplete(): boolean {
    return this.#greeting !== undefined && this.#returned === this.#payload.length;
  }

  get state(): string {
    if (this.#greeting === undefined) return 'connected, but nothing came';
    return `connected, but ${this.#returned} of ${this.#payload.length} bytes came back: large packets may be lost on the way (MTU)`;
  }

  /** Throws where what comes is no answer of a test server. */
  read(data: Buffer): void {
    const rest = this.#greeting === undefined ? this.#readGreeting(data) : data;
    if (!rest.equals(this.#payload.subarray(this.#returned, this.#returned + rest.length))) throw new Error('what came back is not what was sent');
    this.#returned += rest.length;
  }

  #readGreeting(data: Buffer): Buffer {
    const all = Buffer.concat([this.#head, data]);
    const end = all.indexOf(NEWLINE);
    this.#head = all;
    if (end < 0 && all.length <= MAX_GREETING) return Buffer.alloc(0);
    if (end < 0) throw new Error('something else than a test server answers');
    this.#greeting = parseGreeting(all.subarray(0, end).toString('utf8'));
    return all.subarray(end + 1);
  }
}

function parseGreeting(line: string): Greeting {
  try {
    const { caller, cluster, pod } = JSON.parse(line) as Partial<Greeting>;
    if (caller !== undefined && cluster !== undefined && pod !== undefined) return { caller, cluster, pod };
  } catch {
    // said below
  }
  throw new Error(`something else than a test server answers: ${line.slice(0, 80)}`);
}

/** Calls once: says who answered, or why nobody did. */
export function callOnce({ bytes, host, port, timeoutMs }: Call): Promise<CallAnswer | { readonly error: string }> {
  const begun = performance.now();
  const payload = payloadOf(bytes);
  const conversation = new Conversation(payload);
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let isConnected = false;
    const settle = (result: CallAnswer | { readonly error: string }): void => {
      clearTimeout(timer);
      socket.on('error', () => undefined).destroy();
      resolve(result);
    };
    const timer = setTimeout(() => settle({ error: isConnected ? conversation.state : 'ETIMEDOUT' }), timeoutMs);
    socket.once('connect', () => {
      isConnected = true;
      socket.write(payload);
    });
    socket.once('error', (error) => settle({ error: systemErrorCode(error) ?? errorMessage(error) }));
    socket.once('close', () => settle({ error: isConnected ? `closed by the other side: ${conversation.state}` : 'closed by the other side' }));
    socket.on('data', (data: Buffer) => {
      try {
        conversation.read(data);
      } catch (error) {
        return settle({ error: errorMessage(error) });
      }
      const { greeting } = conversation;
      if (!conversation.isComplete || greeting === undefined) return undefined;
      const milliseconds = Math.round((performance.now() - begun) * 100) / 100;
      return settle({ cluster: greeting.cluster, pod: greeting.pod, from: plainAddress(socket.localAddress), seenAs: greeting.caller, milliseconds });
    });
  });
}

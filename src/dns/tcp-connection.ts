import type { Socket } from 'node:net';
import type { Logger } from '../base/log.ts';

/** Bytes of the length in front of each message (RFC 1035 section 4.2.2). */
const LENGTH_BYTES = 2;

export interface ConnectionOptions {
  /** Answers one message; undefined where it deserves no answer. */
  readonly answer: (packet: Buffer) => Buffer | undefined;
  /** Longest time without a whole question, ms. Single bytes do not count, so nobody can hold a connection with them. */
  readonly idleMs: number;
  readonly logger: Logger;
}

/** Serves one connection: messages with a length in front, any number of them, answered in order (RFC 7766). */
export function serveConnection(connection: Socket, { answer, idleMs, logger }: ConnectionOptions): void {
  let pending: Buffer = Buffer.alloc(0);
  const idle = setTimeout(() => connection.destroy(), idleMs);
  connection.once('close', () => clearTimeout(idle));
  connection.on('error', (error) => logger.debug('A TCP connection failed', { error }));
  connection.setNoDelay(true);

  /** Answers whole messages until there is none left, or the client does not read what it was sent. */
  const advance = (): void => {
    connection.cork();
    let offset = 0;
    while (pending.length - offset >= LENGTH_BYTES && !connection.writableNeedDrain) {
      const end = offset + LENGTH_BYTES + pending.readUInt16BE(offset);
      if (end > pending.length) break;
      const response = answer(pending.subarray(offset + LENGTH_BYTES, end));
      offset = end;
      if (response === undefined) {
        // over TCP there is no other way to say that something deserves no answer
        connection.destroySoon();
        break;
      }
      connection.write(lengthOf(response));
      connection.write(response);
    }
    pending = pending.subarray(offset);
    connection.uncork();
    if (offset > 0) idle.refresh();
    if (connection.writableNeedDrain) connection.pause();
  };

  connection.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    advance();
  });
  connection.on('drain', () => {
    connection.resume();
    advance();
  });
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt16BE(message.length);
  return length;
}

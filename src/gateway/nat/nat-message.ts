/** Version of the format. Datagrams of other versions are not answered. */
const VERSION = 1;

/** "Are you the gateway with this cable?" and "yes". */
export interface NatMessage {
  readonly type: 'request' | 'answer';
  /** Fresh for each address that is asked, so an answer tells which one of them works. */
  readonly nonce: string;
  /** Cable that the message is meant for. */
  readonly to: string;
  /** Cable that it comes from. */
  readonly from: string;
  readonly cluster: string;
}

/** No message is longer, bytes. */
const MAX_BYTES = 768;
const NONCE = /^[0-9a-f]{32}$/;

export function encodeNatMessage(message: NatMessage): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, ...message }));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 253;
}

/** Undefined for what is none. */
export function decodeNatMessage(packet: Buffer): NatMessage | undefined {
  if (packet.length > MAX_BYTES) return undefined;
  let fields: Partial<Record<string, unknown>>;
  try {
    fields = (JSON.parse(packet.toString('utf8')) ?? {}) as Partial<Record<string, unknown>>;
  } catch {
    return undefined; // anybody can send anything to an open port
  }
  const { version, type, nonce, to, from, cluster } = fields;
  if (version !== VERSION || (type !== 'request' && type !== 'answer')) return undefined;
  if (!isText(nonce) || !NONCE.test(nonce) || !isText(to) || !isText(from) || !isText(cluster)) return undefined;
  return { type, nonce, to, from, cluster };
}

/**
 * What the gateway with this cable answers; undefined for what is not meant for it. The answer
 * holds what the request held, so it is no longer than that.
 */
export function answerNatRequest(request: NatMessage, local: { readonly cable: string; readonly cluster: string }): NatMessage | undefined {
  if (request.type !== 'request' || request.to !== local.cable || request.cluster !== local.cluster) return undefined;
  return { type: 'answer', nonce: request.nonce, to: request.from, from: request.to, cluster: request.cluster };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { User } from '../../kube-serve/user.ts';

const READERS = ['system:authenticated'];
const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const BEARER = /^Bearer +(\S+)$/i;

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The tokens of files: each line is one, but for empty ones and comments (`#`). */
export function readTokens(contents: readonly string[]): readonly string[] {
  return contents.flatMap((text) => text.split(/\r?\n/)).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** Finds out who reads: by bearer token, by client certificate, or anybody where that is allowed. Keeps digests only. */
export class Authenticator {
  readonly #isAnonymousAllowed: boolean;
  #digests: readonly Buffer[] = [];

  constructor({ anonymous }: { readonly anonymous: boolean }) {
    this.#isAnonymousAllowed = anonymous;
  }

  /** Takes these tokens from now on. Gives whether any that was accepted before is not any more. */
  setTokens(tokens: readonly string[]): boolean {
    const before = this.#digests;
    this.#digests = tokens.map(digest);
    return before.some((old) => !this.#digests.some((each) => each.equals(old)));
  }

  /** Undefined: 401. A wrong token is refused even where nobody needs one, for its sender believes to be somebody; unless no token is a right one. */
  authenticate({ headers: { authorization }, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): User | undefined {
    const known = byCertificate(socket) ?? (authorization === undefined ? undefined : this.#byToken(BEARER.exec(authorization)?.[1] ?? ''));
    if (known !== undefined) return known;
    return this.#isAnonymousAllowed && (authorization === undefined || this.#digests.length === 0) ? ANONYMOUS : undefined;
  }

  /** Compares with every token, so that the time tells nothing. */
  #byToken(token: string): User | undefined {
    const given = digest(token);
    const matches = this.#digests.filter((each) => timingSafeEqual(each, given));
    return matches.length > 0 ? { name: 'system:emitter:token', groups: READERS } : undefined;
  }
}

/** The server has checked the chain already: `authorized` says how that ended. */
function byCertificate(socket: IncomingMessage['socket']): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { CN: name } = (socket.getPeerCertificate() as Partial<PeerCertificate>).subject ?? {};
  return { name: typeof name === 'string' && name !== '' ? name : 'system:emitter:certificate', groups: READERS };
}

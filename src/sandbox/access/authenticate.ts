import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { User } from '../../kube-serve/user.ts';
import type { TokenAuthority } from './token-authority.ts';
import { ADMIN, ANONYMOUS } from './user.ts';

export interface AuthenticationOptions {
  readonly adminToken: string;
  readonly tokens: TokenAuthority;
}

function isSameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Who sends a request: undefined for a credential that nothing here issued. Without one it is the anonymous user. */
export function createAuthentication({ adminToken, tokens }: AuthenticationOptions): (request: IncomingMessage) => User | undefined {
  return (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return ANONYMOUS;
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) return undefined;
    return isSameText(token, adminToken) ? ADMIN : tokens.authenticate(token);
  };
}

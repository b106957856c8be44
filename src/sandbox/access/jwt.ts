import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** Claims of a ServiceAccount token, as Kubernetes issues them. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Seconds since the epoch. */
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: BoundObject;
    readonly secret?: BoundObject;
    readonly pod?: BoundObject;
  };
}

export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

export interface TokenKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const HEADER = { alg: 'ES256', typ: 'JWT', kid: 'sandbox' };

export function createTokenKeys(): TokenKeys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RFC 7515: the signature is r and s side by side, not DER. */
const asJws = (key: KeyObject): { key: KeyObject; dsaEncoding: 'ieee-p1363' } => ({ key, dsaEncoding: 'ieee-p1363' });

export function signToken(claims: TokenClaims, { privateKey }: TokenKeys): string {
  const content = `${encode(HEADER)}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), asJws(privateKey)).toString('base64url')}`;
}

/** The claims of a token with our signature; undefined for anything else. Times are not looked at. */
export function readToken(token: string, { publicKey }: TokenKeys): TokenClaims | undefined {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const content = Buffer.from(`${header}.${payload}`);
  try {
    if (!verify('sha256', content, asJws(publicKey), Buffer.from(signature, 'base64url'))) return undefined;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as TokenClaims;
  } catch {
    return undefined; // not a signature at all
  }
}

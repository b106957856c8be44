import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../api/types/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { User } from '../../kube-serve/user.ts';
import { type BoundObject, readToken, signToken, type TokenClaims, type TokenKeys } from './jwt.ts';
import { serviceAccountGroups, serviceAccountUser } from './user.ts';

/** The objects that a token lives and dies with. */
export interface AccountObjects {
  findServiceAccount(namespace: string, name: string): KubeObject | undefined;
  findSecret(namespace: string, name: string): KubeObject | undefined;
  findPod(namespace: string, name: string): KubeObject | undefined;
}

export interface TokenRequest {
  readonly namespace: string;
  readonly account: BoundObject;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly secret?: BoundObject;
  readonly pod?: BoundObject;
}

export interface GrantedToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expirationTimestamp: string;
}

/** Issuer and audience of the API server itself. */
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

/** Issues the tokens of a cluster's ServiceAccounts, and recognises them. */
export interface TokenAuthority {
  issue(request: TokenRequest): GrantedToken;
  /** Whose token it is; undefined when it is not ours, has expired, or what it is bound to is gone. */
  authenticate(token: string): User | undefined;
}

function isSame(object: KubeObject | undefined, bound: BoundObject): boolean {
  return object?.metadata.uid === bound.uid && object.metadata.deletionTimestamp === undefined;
}

function areBoundObjectsAlive(claims: TokenClaims, objects: AccountObjects): boolean {
  const { namespace, pod, secret, serviceaccount } = claims['kubernetes.io'];
  return (
    isSame(objects.findServiceAccount(namespace, serviceaccount.name), serviceaccount) &&
    (secret === undefined || isSame(objects.findSecret(namespace, secret.name), secret)) &&
    // a pod on its way out still has to say goodbye (release a Lease, say)
    (pod === undefined || objects.findPod(namespace, pod.name)?.metadata.uid === pod.uid)
  );
}

function userOf({ 'kubernetes.io': { namespace, pod, serviceaccount }, jti }: TokenClaims): User {
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${jti}`],
      ...(pod && { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
    },
  };
}

/** Tokens whose signature is known to be good; checking one costs more than all the rest of a request. */
const MAX_VERIFIED = 1000;

/** Reads tokens, and remembers the claims of those with our signature. */
function createTokenReader(keys: TokenKeys): (token: string) => TokenClaims | undefined {
  const verified = new Map<string, TokenClaims>();
  return (token) => {
    const claims = verified.get(token) ?? readToken(token, keys);
    if (claims === undefined) return undefined;
    if (verified.size >= MAX_VERIFIED) verified.clear();
    verified.set(token, claims);
    return claims;
  };
}

export function createTokenAuthority(keys: TokenKeys, objects: AccountObjects, clock: Clock): TokenAuthority {
  const seconds = (): number => Math.floor(clock.now() / 1000);
  const readVerified = createTokenReader(keys);
  return {
    issue: ({ account, audiences, expirationSeconds, namespace, pod, secret }) => {
      const iat = seconds();
      const exp = iat + expirationSeconds;
      const token = signToken(
        {
          iss: API_AUDIENCE,
          sub: serviceAccountUser(namespace, account.name),
          aud: audiences.length === 0 ? [API_AUDIENCE] : audiences,
          iat,
          nbf: iat,
          exp,
          jti: randomUUID(),
          'kubernetes.io': { namespace, serviceaccount: account, ...(secret && { secret }), ...(pod && { pod }) },
        },
        keys,
      );
      return { token, expirationTimestamp: new Date(exp * 1000).toISOString().replace('.000Z', 'Z') };
    },
    authenticate: (token) => {
      const claims = readVerified(token);
      if (claims === undefined || seconds() >= claims.exp || seconds() < claims.nbf || !claims.aud.includes(API_AUDIENCE)) return undefined;
      return areBoundObjectsAlive(claims, objects) ? userOf(claims) : undefined;
    },
  };
}

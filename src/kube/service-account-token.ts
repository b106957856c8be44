import { parse } from '../base/yaml.ts';
import type { KubeconfigText } from './kubeconfig-document.ts';

/** A ServiceAccount's bearer token, by what it says of itself; who accepts it checks the signature. */
export interface ServiceAccountToken {
  readonly token: string;
  readonly namespace: string;
  readonly account: string;
  /** Wall clock of the issuer, ms since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name?: string; readonly context?: { readonly user?: string } }[];
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly token?: unknown } }[];
}

interface Claims {
  readonly iss?: unknown;
  readonly sub?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
}

function claimsOf(token: string): Claims | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined; // a static token that happens to hold two dots
  }
}

/**
 * Reads a token of TokenRequest (JWT, subject `system:serviceaccount:<namespace>:<name>`); undefined for
 * every other one: static tokens, other issuers' tokens, and the endless ones of Secrets.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 */
export function readServiceAccountToken(token: string): ServiceAccountToken | undefined {
  const { sub, iat, exp } = claimsOf(token) ?? {};
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(typeof sub === 'string' ? sub : '') ?? [];
  if (namespace === undefined || account === undefined || typeof iat !== 'number' || typeof exp !== 'number') return undefined;
  return { token, namespace, account, issuedAt: iat * 1000, expiresAt: exp * 1000 };
}

function userToken({ text, context }: KubeconfigText): unknown {
  const config = (parse(text) ?? {}) as Kubeconfig;
  const wanted = context ?? config['current-context'];
  const user = config.contexts?.find(({ name }) => name === wanted)?.context?.user;
  return config.users?.find(({ name }) => name === user)?.user?.token;
}

/** The ServiceAccount token that a kubeconfig's user has in it; undefined for any other way to sign in. */
export function findKubeconfigToken(kubeconfig: KubeconfigText): ServiceAccountToken | undefined {
  try {
    const token = userToken(kubeconfig);
    return typeof token === 'string' ? readServiceAccountToken(token) : undefined;
  } catch {
    return undefined; // whoever connects with it says what is wrong
  }
}

/** The text with another token; everything else of it stays as it was written. */
export function replaceToken(text: string, present: string, next: string): string {
  return text.replaceAll(present, () => next);
}

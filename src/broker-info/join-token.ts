import { JOIN_TOKEN_ID } from '../api/labels.ts';
import type { Secret } from '../api/types/index.ts';

/** A join token as the broker keeps it: the content of Secret `mcs-join-<id>`. */
export interface JoinToken {
  readonly id: string;
  /** 32 bytes in base64, as in the broker-info file. */
  readonly secret: string;
  /** RFC 3339 */
  readonly expiresAt: string;
  /** Undefined for any number of uses. */
  readonly maxUses?: number;
  /** The only cluster id that it is good for; undefined for any. */
  readonly clusterID?: string;
  /** Whether each join waits for `mcs accept`. */
  readonly approve: boolean;
  /** Identity keys that have used it; a use is counted once per key. */
  readonly uses: readonly string[];
  /** Identity keys that `mcs accept` let in. Kept here, because a joiner writes its ClusterJoin itself. */
  readonly accepted: readonly string[];
  /** Identity keys that `mcs accept --deny` turned away. */
  readonly denied: readonly string[];
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function parseList(text: string): string[] | undefined {
  if (text === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a join token; undefined where the Secret is none, or damaged: then nobody can use it. */
export function parseJoinToken(secret: Secret): JoinToken | undefined {
  const read = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const id = secret.metadata.labels?.[JOIN_TOKEN_ID];
  const uses = parseList(read('uses'));
  const accepted = parseList(read('accepted'));
  const denied = parseList(read('denied'));
  const maxUses = read('maxUses');
  const expiresAt = read('expiresAt');
  if (id === undefined || uses === undefined || accepted === undefined || denied === undefined || !/^\d{0,9}$/.test(maxUses) || Number.isNaN(Date.parse(expiresAt))) return undefined;
  // an empty key would make proofs that anybody can make
  if (Buffer.from(read('secret'), 'base64').length < 32) return undefined;
  return {
    id,
    secret: read('secret'),
    expiresAt,
    ...(maxUses !== '' && { maxUses: Number(maxUses) }),
    ...(read('clusterID') !== '' && { clusterID: read('clusterID') }),
    approve: read('approve') === 'true',
    uses,
    accepted,
    denied,
  };
}

/** `data` of the Secret that stands for a token. */
export function joinTokenData(token: Omit<JoinToken, 'id'>): Record<string, string> {
  return {
    secret: encode(token.secret),
    expiresAt: encode(token.expiresAt),
    maxUses: encode(token.maxUses === undefined ? '' : String(token.maxUses)),
    clusterID: encode(token.clusterID ?? ''),
    approve: encode(token.approve ? 'true' : ''),
    uses: encode(JSON.stringify(token.uses)),
    accepted: encode(JSON.stringify(token.accepted)),
    denied: encode(JSON.stringify(token.denied)),
  };
}

/** How the join of one key is decided. */
export type Approval = 'accept' | 'deny';

/**
 * The Secret with a decision about one identity key, which replaces an earlier one; undefined where
 * it says so already. Its resourceVersion stays, like that of `withUse`.
 */
export function withApproval(secret: Secret, { accepted, denied }: JoinToken, identityKey: string, approval: Approval): Secret | undefined {
  const [chosen, other] = approval === 'accept' ? [accepted, denied] : [denied, accepted];
  if (chosen.includes(identityKey) && !other.includes(identityKey)) return undefined;
  const yes = encode(JSON.stringify([...new Set([...chosen, identityKey])]));
  const no = encode(JSON.stringify(other.filter((key) => key !== identityKey)));
  return { ...secret, data: { ...secret.data, ...(approval === 'accept' ? { accepted: yes, denied: no } : { accepted: no, denied: yes }) } };
}

/** The Secret with one more identity key counted; its resourceVersion stays, so that the write fails if another was faster. */
export function withUse(secret: Secret, token: JoinToken, identityKey: string): Secret {
  return { ...secret, data: { ...secret.data, uses: encode(JSON.stringify([...token.uses, identityKey])) } };
}

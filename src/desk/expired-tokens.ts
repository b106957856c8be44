import { JOIN_TOKEN_ID } from '../api/labels.ts';
import { resources } from '../api/resources.ts';
import type { Secret } from '../api/types/index.ts';
import { parseJoinToken } from '../broker-info/join-token.ts';
import { isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient, RequestOptions } from '../kube/client.ts';

/**
 * The Secrets of join tokens that nobody can need any more: a join that was made in time may wait for
 * the desk, or for approval, for `keepMs` after the token's end. One that cannot be read stays, for
 * somebody must have changed it by hand.
 */
export function findExpiredTokens(secrets: readonly Secret[], now: number, keepMs: number): Secret[] {
  return secrets.filter((secret) => {
    const token = parseJoinToken(secret);
    return token !== undefined && Date.parse(token.expiresAt) + keepMs <= now;
  });
}

/** Deletes them. Gives the ids. */
export async function removeExpiredTokens(client: KubeClient, namespace: string, { now, keepMs, ...options }: RequestOptions & { readonly now: number; readonly keepMs: number }): Promise<string[]> {
  const { items } = await client.list(resources.secrets, { ...options, namespace, labelSelector: JOIN_TOKEN_ID });
  const removed: string[] = [];
  for (const { metadata } of findExpiredTokens(items, now, keepMs)) {
    const { name, uid, resourceVersion, labels } = metadata;
    try {
      await client.delete(resources.secrets, name, namespace, { ...options, ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) });
      removed.push(labels?.[JOIN_TOKEN_ID] ?? name);
    } catch (error) {
      // gone, or changed since it was read: the next round looks again
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
  return removed;
}

import type { RemoteView } from './types.ts';

/**
 * Takes away a MAC or a key that the own gateway or a cluster earlier in the list has already: by
 * them the kernel knows where packets go, so the later one would get the earlier one's. The
 * controller has refused such a cluster already; here it keeps its place and has no way to it.
 */
export function acceptIdentities(remotes: readonly RemoteView[], own: readonly string[]): RemoteView[] {
  const taken = new Set(own);
  return remotes.map(({ mac, publicKey, ...rest }) => {
    const isFree = [mac, publicKey].every((identity) => identity === undefined || !taken.has(identity));
    if (!isFree) return rest;
    for (const identity of [mac, publicKey]) if (identity !== undefined) taken.add(identity);
    return { ...rest, ...(mac !== undefined && { mac }), ...(publicKey !== undefined && { publicKey }) };
  });
}

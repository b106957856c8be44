import { privatePath, type TunnelPath } from '../view/build-view.ts';
import type { RemoteEnd } from '../view/remote-end.ts';

/** What has been found out about a gateway's addresses; times on a monotonic clock, ms. */
export interface Discovery {
  /** When the private address answered first. */
  readonly privateAt?: number;
  readonly publicAt?: number;
}

export interface PathDecision {
  readonly path: TunnelPath;
  /** Whether nobody has to be asked any more, as long as the path works. */
  readonly isFinal: boolean;
  /** Whether an address answered. */
  readonly isProven: boolean;
  /** When to decide again, ms on the same clock. */
  readonly againAt?: number;
}

/** How long the private address may be slower than the public one, which is the longer way often. */
export const PRIVATE_HEAD_START_MS = 500;
function publicPath(end: RemoteEnd): TunnelPath {
  return { address: end.publicIP ?? end.privateIP, port: end.tunnelPort, usingNAT: end.publicIP !== undefined && end.publicIP !== end.privateIP };
}

/** Where packets go while nothing has answered: the public address where there is NAT in between, else the private one. */
export function fallbackPath(end: RemoteEnd): TunnelPath {
  return end.natEnabled ? publicPath(end) : privatePath(end);
}

/** The way to a gateway by one of its addresses; undefined for an address that it does not have. */
export function findPath(end: RemoteEnd, address: string | undefined): TunnelPath | undefined {
  return [privatePath(end), publicPath(end)].find((path) => path.address === address);
}

/** Whether the addresses of a gateway have to be tried out. */
export function needsDiscovery(end: RemoteEnd, natt: boolean): boolean {
  return natt && end.natEnabled;
}

/** Chooses the address of a gateway from what has answered so far. The private one is preferred. */
export function decidePath(end: RemoteEnd, discovery: Discovery, now: number): PathDecision {
  const { privateAt, publicAt } = discovery;
  if (privateAt !== undefined) return { path: privatePath(end), isFinal: true, isProven: true };
  if (publicAt !== undefined) {
    const decidedAt = publicAt + PRIVATE_HEAD_START_MS;
    return { path: publicPath(end), isProven: true, ...(now >= decidedAt ? { isFinal: true } : { isFinal: false, againAt: decidedAt }) };
  }
  return { path: fallbackPath(end), isProven: false, isFinal: false };
}

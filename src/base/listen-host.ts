import { McsError, systemErrorCode } from './errors.ts';
import { hostPort } from './host-port.ts';

const WILDCARD_IPV6 = '::';
const WILDCARD_IPV4 = '0.0.0.0';

/** Listens on `host`; where a node has no IPv6 at all, its wildcard stands for that of IPv4. */
export async function listenWithFallback<T>(host: string, listen: (host: string) => Promise<T>): Promise<T> {
  try {
    return await listen(host);
  } catch (error) {
    const hasNoIPv6 = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(systemErrorCode(error) ?? '');
    if (host !== WILDCARD_IPV6 || !hasNoIPv6) throw error;
    return await listen(WILDCARD_IPV4);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this host has no such address',
  ENOTFOUND: 'this host has no such address',
  EACCES: 'this process may not use that port',
};

/** What a failed listen means to whoever chose the address: MCS_USAGE; any other failure as it is. */
export function listenFailure(error: unknown, { host, port }: { readonly host: string; readonly port: number }, hints: readonly string[]): unknown {
  const reason = REASONS[systemErrorCode(error) ?? ''];
  return reason === undefined ? error : new McsError('MCS_USAGE', `Cannot listen on ${hostPort(host, port)}: ${reason}`, { hints, cause: error });
}

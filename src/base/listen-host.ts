import { systemErrorCode } from './errors.ts';

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

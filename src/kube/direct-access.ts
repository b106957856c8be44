import type { ClusterAccess } from './client.ts';

export interface DirectAccessOptions {
  readonly server: string;
  /** PEM. Only these authorities are trusted; empty for those of the system. */
  readonly ca: string;
  /** Called for each request. */
  readonly token: () => string;
}

/** Access to an API server by address, authority and bearer token: members and joiners to the broker. */
export function directAccess({ server, ca, token }: DirectAccessOptions): ClusterAccess {
  return {
    server,
    tls: ca === '' ? {} : { ca },
    headers: () => Promise.resolve({ authorization: `Bearer ${token()}` }),
  };
}

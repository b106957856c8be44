import { isDeepStrictEqual } from 'node:util';
import type { ClusterAccess, ConnectionSettings, TlsMaterial } from './client.ts';

/** What is trusted; the client's own certificate is a credential. */
const trustOf = ({ ca, servername, rejectUnauthorized }: TlsMaterial): TlsMaterial => ({
  ...(ca !== undefined && { ca }),
  ...(servername !== undefined && { servername }),
  ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
});

/** An access whose credential, and way through a proxy, may become another one while a client uses it. */
export class ReplaceableAccess implements ClusterAccess {
  readonly server: string;
  readonly tls: TlsMaterial;
  readonly #onRejected: () => void;
  #present: ClusterAccess;
  /** Kept for as long as the access is: clients compare by identity. */
  #settings: ConnectionSettings;

  constructor(access: ClusterAccess, onRejected: () => void) {
    this.server = access.server;
    this.tls = access.tls;
    this.#present = access;
    this.#settings = { tls: access.tls };
    this.#onRejected = onRejected;
  }

  /** Takes the other one from the next request on; false where it leads to another server, or trusts others. */
  replace(access: ClusterAccess): boolean {
    if (access.server !== this.server || !isDeepStrictEqual(trustOf(access.tls), trustOf(this.tls))) return false;
    this.#present = access;
    this.#settings = { tls: access.tls };
    return true;
  }

  headers(): Promise<Record<string, string>> {
    return this.#present.headers();
  }

  async connection(): Promise<ConnectionSettings> {
    return (await this.#present.connection?.()) ?? this.#settings;
  }

  onUnauthorized(): string | undefined {
    const reason = this.#present.onUnauthorized?.();
    this.#onRejected();
    return reason;
  }
}

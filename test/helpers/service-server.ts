import { DnsIndex } from '../../src/dns/dns-index.ts';
import { NameServer, type NameServerOptions } from '../../src/dns/name-server.ts';
import { ServiceZone } from '../../src/dns/service-zone.ts';

/** A name server with its index at hand. */
export type ServiceServer = NameServer & { readonly index: DnsIndex };

const zone = { name: 'clusterset.local', ttl: 5, serial: 1 };

/** A name server of clusterset.local alone. */
export function serviceServer({ isSynced = () => true, ...options }: Omit<NameServerOptions, 'zones'> & { readonly isSynced?: () => boolean } = {}): ServiceServer {
  const index = new DnsIndex();
  const server = new NameServer({ zones: [new ServiceZone({ kind: 'clusterset.local', zone, index, isSynced })], ...options });
  return Object.assign(server, { index });
}

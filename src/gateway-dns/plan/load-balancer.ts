import { familyOf } from '../../api/cidr.ts';
import { isDnsSubdomain } from '../../api/names.ts';
import type { Service } from '../../api/types/index.ts';
import { screenAddresses } from './addresses.ts';
import type { FindOptions, GatewayLookup } from './gateway-lookup.ts';
import { compareText } from './names.ts';
import { firstTcpPort } from './ports.ts';

/** A name that a slice can hold: API servers ask for at least two labels, in lower case. */
function readHostname(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  return isDnsSubdomain(name) && name.includes('.') && familyOf(name) === undefined ? name : undefined;
}

/**
 * What a load balancer has. `ipMode` says how nodes of its own cluster treat its addresses, so it is
 * of no account here.
 */
export function readLoadBalancer(service: Service, { allowLoopback }: FindOptions): GatewayLookup {
  if (service.spec.type !== 'LoadBalancer') return { kind: 'none', message: `its Service is of type ${service.spec.type ?? 'ClusterIP'}, not LoadBalancer` };
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const ips = ingress.flatMap(({ ip }) => (ip ? [ip] : []));
  const names = ingress.flatMap(({ hostname }) => (hostname ? [hostname] : []));
  const { addresses, notes } = screenAddresses(ips, allowLoopback);
  const hostnames = [...new Set(names.flatMap((name) => readHostname(name) ?? []))].sort(compareText);
  const refused = names.filter((name) => readHostname(name) === undefined).map((name) => `${JSON.stringify(name)} is left out: it is no DNS name`);
  const allNotes = [...notes, ...refused];
  if (addresses.length + hostnames.length === 0) return { kind: 'none', message: ['its load balancer has no address yet', ...allNotes].join('; ') };
  const port = firstTcpPort(service)?.port;
  return { kind: 'found', addresses, hostnames, notes: allNotes, ...(port !== undefined && { port }) };
}

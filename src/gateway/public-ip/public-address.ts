import { canonicalAddress } from '../../api/cidr.ts';
import { resources } from '../../api/resources.ts';
import type { KubeClient } from '../../kube/client.ts';
import { askResolvers, type FetchText } from './resolvers.ts';
import type { PublicIpSource } from './source.ts';

export interface PublicAddressOptions {
  readonly client: Pick<KubeClient, 'find'>;
  readonly namespace: string;
  readonly resolvers: readonly string[];
  readonly fetchText: FetchText;
  /** Addresses of a name. */
  readonly lookup: (name: string) => Promise<readonly string[]>;
}

/** The first address that a name has. Throws where it has none. */
async function addressOfName(name: string, { lookup }: PublicAddressOptions): Promise<string> {
  const address = (await lookup(name)).flatMap((text) => canonicalAddress(text) ?? []).sort()[0];
  if (address === undefined) throw new Error(`"${name}" has no address`);
  return address;
}

async function addressOfService(name: string, options: PublicAddressOptions, signal: AbortSignal): Promise<string> {
  const { client, namespace } = options;
  const service = await client.find(resources.services, name, namespace, { signal });
  if (service === undefined) throw new Error(`there is no Service "${name}" in namespace "${namespace}"`);
  const [ingress] = service.status?.loadBalancer?.ingress ?? [];
  if (ingress?.ip !== undefined && ingress.ip !== '') return ingress.ip;
  if (ingress?.hostname !== undefined && ingress.hostname !== '') return addressOfName(ingress.hostname, options);
  throw new Error(`Service "${name}" has no load balancer address yet`);
}

/** A gateway's public address from its source; without one from the resolvers, and empty where there are none. Throws with the reason. */
export async function findPublicAddress(source: PublicIpSource | undefined, options: PublicAddressOptions, signal: AbortSignal): Promise<string> {
  switch (source?.kind) {
    case 'address':
      return source.address;
    case 'dns':
      return addressOfName(source.name, options);
    case 'service':
      return addressOfService(source.name, options, signal);
    case 'resolver':
      return askResolvers([source.url], options.fetchText, signal);
    case undefined:
      return options.resolvers.length === 0 ? '' : askResolvers(options.resolvers, options.fetchText, signal);
  }
}

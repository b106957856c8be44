/**
 * The name server: in a member it answers clusterset.local from what the controller has imported, and
 * the names of cluster.local that fall through; where it is asked to, names of gateways.
 */
import { CLUSTER_DOMAIN, CLUSTERSET_DOMAIN } from '../api/names.ts';
import { systemClock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import { DnsIndex } from '../dns/dns-index.ts';
import { toDnsJson } from '../dns/dns-json.ts';
import { FallthroughIndex, followFallthrough } from '../dns/fallthrough.ts';
import { followCluster } from '../dns/follow-cluster.ts';
import { createExternalLookup } from '../dns/gateways/external-lookup.ts';
import { createGatewayPart } from '../dns/gateways/gateway-part.ts';
import { createDnsMetrics } from '../dns/metrics.ts';
import { NameServer } from '../dns/name-server.ts';
import type { ServedZone } from '../dns/served-zone.ts';
import { ServiceZone } from '../dns/service-zone.ts';
import { createTcpSocket, createUdpSocket } from '../dns/sockets.ts';
import type { Zone } from '../dns/zone.ts';
import type { ZoneFeed } from '../dns/zone-feed.ts';
import { inClusterAccess } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { findMemberConfig, readMemberConfig } from './config.ts';
import { readGatewayNames } from './dns-settings.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

/** Life of a record of a service, s: as long as Kubernetes' own DNS lets answers live at least. */
const TTL_SECONDS = 5;

interface Served {
  readonly zones: readonly ServedZone[];
  readonly feeds: readonly ZoneFeed[];
  readonly parts: readonly Startable[];
}

type ZoneBasis = Pick<Zone, 'serial' | 'addresses'>;

function composeServices({ environment, logger }: AgentContext, client: KubeClient, brokerNamespace: string, { serial, addresses = [] }: ZoneBasis): Served & { readonly index: DnsIndex } {
  const index = new DnsIndex();
  const opened = new FallthroughIndex(index);
  const services = followCluster({ client, index, logger, ignoredNamespaces: [brokerNamespace] });
  const fallthrough = followFallthrough({ client, index: opened, namespace: environment.podNamespace, logger });
  const zones = [
    new ServiceZone({ kind: CLUSTERSET_DOMAIN, zone: { name: CLUSTERSET_DOMAIN, ttl: TTL_SECONDS, serial, addresses }, index, isSynced: () => services.isSynced }),
    // its SOA names the cluster's own name server, whose addresses are not ours to tell
    new ServiceZone({ kind: CLUSTER_DOMAIN, zone: { name: CLUSTER_DOMAIN, ttl: TTL_SECONDS, serial }, index: opened, isSynced: () => services.isSynced && fallthrough.isSynced }),
  ];
  return { zones, feeds: [services, fallthrough], parts: [], index };
}

function composeGateways({ env, environment, logger, registry }: AgentContext, client: KubeClient, services: readonly ServedZone[], basis: ZoneBasis): Served {
  const names = readGatewayNames(env, environment, services.map(({ kind }) => kind));
  if (names === undefined) return { zones: [], feeds: [], parts: [] };
  const { namespace, suffixes, ttl } = names;
  // of cluster.local we know what falls through only: the cluster's own DNS, which the pod asks, knows all of it
  const others = services.filter(({ kind }) => kind !== CLUSTER_DOMAIN);
  const part = createGatewayPart({ client, namespace, suffixes, settings: { ...basis, ttl }, lookup: createExternalLookup(), others, registry, clock: systemClock, logger });
  return { zones: [part.zone], feeds: [part.feed], parts: [part.external] };
}

async function compose(context: AgentContext): Promise<ComposedAgent> {
  const { env, environment, runtime, logger, registry, health, version, signal } = context;
  const config = env.MCS_DNS_GATEWAYS === 'true' ? await findMemberConfig(runtime) : await readMemberConfig(runtime);
  const client = createKubeClient(inClusterAccess(runtime, env), { userAgent: userAgentOf('dns', version) });
  const basis: ZoneBasis = { serial: Math.floor(Date.now() / 1000), ...(env.POD_IP !== undefined && { addresses: [env.POD_IP] }) };
  const services = config && composeServices(context, client, config.brokerNamespace, basis);
  const gateways = composeGateways(context, client, services?.zones ?? [], basis);
  const feeds = [...(services?.feeds ?? []), ...gateways.feeds];
  const metrics = createDnsMetrics(registry, () => services?.index.size ?? 0);
  const server = new NameServer({ zones: [...(services?.zones ?? []), ...gateways.zones], observer: metrics, logger });
  Promise.all(feeds.map((feed) => feed.synced(signal))).then(
    () => { health.set('synced', true); },
    (error: unknown) => { if (!signal.aborted) logger.error('cannot read the cluster', { error }); },
  );
  const sockets = { host: runtime.listenHost, port: runtime.listenPort(environment.dnsPort), logger };
  return {
    parts: [...gateways.parts, ...feeds, createUdpSocket(server, sockets), createTcpSocket(server, sockets)],
    routes: { '/resolve': (query) => toDnsJson(server.ask({ name: (query.get('name') ?? '').replace(/\.$/, ''), type: query.get('type') ?? 'A' })) },
  };
}

await runAgent({ name: 'dns', conditions: ['synced'], compose });

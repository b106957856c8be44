/** The name server of a member: answers clusterset.local from what the controller has imported. */
import { CLUSTERSET_DOMAIN } from '../api/names.ts';
import { createDnsMetrics } from '../dns/metrics.ts';
import { toDnsJson } from '../dns/dns-json.ts';
import { followCluster } from '../dns/follow-cluster.ts';
import { NameServer } from '../dns/name-server.ts';
import { createTcpSocket, createUdpSocket } from '../dns/sockets.ts';
import { inClusterAccess } from '../kube/access.ts';
import { createKubeClient, userAgentOf } from '../kube/kube-client.ts';
import { readMemberConfig } from './config.ts';
import { type AgentContext, type ComposedAgent, runAgent } from './run-agent.ts';

/** Life of a record, s: as long as Kubernetes' own DNS lets answers live at least. */
const TTL_SECONDS = 5;

async function compose({ env, environment, runtime, logger, registry, health, version, signal }: AgentContext): Promise<ComposedAgent> {
  const { brokerNamespace } = await readMemberConfig(runtime);
  const client = createKubeClient(inClusterAccess(runtime, env), { userAgent: userAgentOf('dns', version) });
  const zone = { name: CLUSTERSET_DOMAIN, ttl: TTL_SECONDS, serial: Math.floor(Date.now() / 1000), ...(env.POD_IP !== undefined && { addresses: [env.POD_IP] }) };
  const metrics = createDnsMetrics(registry, () => server.index.size);
  const server: NameServer = new NameServer({ zone, isSynced: () => feed.isSynced, observer: metrics, logger });
  const feed = followCluster({ client, index: server.index, logger, ignoredNamespaces: [brokerNamespace] });
  feed.synced(signal).then(
    () => { health.set('synced', true); },
    (error: unknown) => { if (!signal.aborted) logger.error('cannot read the cluster', { error }); },
  );
  const sockets = { host: runtime.listenHost, port: runtime.listenPort(environment.dnsPort), logger };
  return {
    parts: [feed, createUdpSocket(server, sockets), createTcpSocket(server, sockets)],
    routes: { '/resolve': (query) => toDnsJson(server.ask({ name: (query.get('name') ?? '').replace(/\.$/, ''), type: query.get('type') ?? 'A' })) },
  };
}

await runAgent({ name: 'dns', conditions: ['synced'], compose });

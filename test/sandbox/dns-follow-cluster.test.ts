import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Resolver } from 'node:dns/promises';
import { MCS_SERVICE_NAME, MCS_SOURCE_CLUSTER, MEMBER } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import { silentLogger } from '../../src/base/log.ts';
import { followCluster } from '../../src/dns/follow-cluster.ts';
import { createTcpSocket, createUdpSocket, type DnsSocket } from '../../src/dns/sockets.ts';
import type { ZoneFeed } from '../../src/dns/zone-feed.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { eventually } from '../helpers/eventually.ts';
import { type ServiceServer, serviceServer } from '../helpers/service-server.ts';

const SHOP = 'shop';
const BROKER = 'submariner-k8s-broker';
const DOMAIN = 'shop.svc.clusterset.local';

interface Running {
  readonly feed: ZoneFeed;
  readonly server: ServiceServer;
  readonly dns: Resolver;
  stop(): Promise<void>;
}

/** Everything that the agent composes, on free ports. */
async function startDns(client: KubeClient): Promise<Running> {
  const server: ServiceServer = serviceServer({ isSynced: () => feed.isSynced });
  const feed = followCluster({ client, index: server.index, logger: silentLogger, ignoredNamespaces: [BROKER] });
  const end = new AbortController();
  const udp: DnsSocket = createUdpSocket(server, { host: '127.0.0.1', port: 0, logger: silentLogger });
  const tcp = createTcpSocket(server, { host: '127.0.0.1', port: 0, logger: silentLogger });
  for (const part of [udp, tcp, feed]) await part.start(end.signal);
  const dns = new Resolver({ timeout: 2000, tries: 1 });
  dns.setServers([`127.0.0.1:${udp.port}`]);
  const stop = async (): Promise<void> => {
    end.abort();
    for (const part of [feed, udp, tcp]) await part.stop();
  };
  return { feed, server, dns, stop };
}

describe('DNS over a cluster', () => {
  let api: TestApiServer;
  let client: KubeClient;
  let running: Running;
  beforeEach(async () => {
    api = await startTestApiServer();
    client = api.client();
    for (const name of [SHOP, BROKER]) await client.create(resources.namespaces, { metadata: { name } });
    running = await startDns(client);
  });
  afterEach(async () => {
    await running.stop();
    await api.stop();
  });

  const importVip = (name: string, ip: string, namespace = SHOP, labels = {}) =>
    client.create(resources.serviceImports, { metadata: { name, namespace, labels }, spec: { type: 'ClusterSetIP', ips: [ip], ports: [{ name: 'http', port: 80 }] } });
  const slice = (service: string, cluster: string, addresses: string[]) => ({
    metadata: { name: `${service}-${cluster}`, namespace: SHOP, labels: { [MCS_SERVICE_NAME]: service, [MCS_SOURCE_CLUSTER]: cluster } },
    addressType: 'IPv4' as const,
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ports: [{ name: 'http', port: 8080 }],
  });
  const lookUp = (name: string): Promise<string[] | string> => running.dns.resolve4(`${name}.${DOMAIN}`).then((found) => found.sort(), (error: unknown) => (error as NodeJS.ErrnoException).code ?? '');
  const becomes = async (name: string, expected: string[] | string): Promise<void> => {
    await eventually(async () => expect(await lookUp(name)).toEqual(expected));
  };

  it('follows imports as they come, change and go', async () => {
    await importVip('web', '10.0.0.1');
    await becomes('web', ['10.0.0.1']);
    await client.patch(resources.serviceImports, 'web', SHOP, 'application/merge-patch+json', { spec: { ips: ['10.0.0.2'] } });
    await becomes('web', ['10.0.0.2']);
    await client.delete(resources.serviceImports, 'web', SHOP);
    await becomes('web', 'ENOTFOUND');
  });

  it('follows the endpoints of headless services in all clusters', async () => {
    await client.create(resources.serviceImports, { metadata: { name: 'db', namespace: SHOP }, spec: { type: 'Headless', ports: [] } });
    await client.create(resources.endpointSlices, slice('db', 'west', ['10.1.0.1', '10.1.0.2']));
    await client.create(resources.endpointSlices, slice('db', 'east', ['10.2.0.1']));
    await becomes('db', ['10.1.0.1', '10.1.0.2', '10.2.0.1']);
    expect(await lookUp('10-2-0-1.east.db')).toEqual(['10.2.0.1']);
    await client.delete(resources.endpointSlices, 'db-west', SHOP);
    await becomes('db', ['10.2.0.1']);
    await client.delete(resources.endpointSlices, 'db-east', SHOP);
    await becomes('db', 'ENOTFOUND');
  });

  it('takes a slice that changes its service from the old one', async () => {
    for (const name of ['a', 'b']) await client.create(resources.serviceImports, { metadata: { name, namespace: SHOP }, spec: { type: 'Headless', ports: [] } });
    await client.create(resources.endpointSlices, slice('a', 'west', ['10.1.0.1']));
    await becomes('a', ['10.1.0.1']);
    await client.patch(resources.endpointSlices, 'a-west', SHOP, 'application/merge-patch+json', { metadata: { labels: { [MCS_SERVICE_NAME]: 'b' } } });
    await becomes('b', ['10.1.0.1']);
    expect(await lookUp('a')).toBe('ENOTFOUND');
  });

  it('serves nothing of a broker that the cluster hosts', async () => {
    await importVip('stray', '10.0.0.8', SHOP, { [MEMBER]: 'west' });
    await importVip('web', '10.0.0.9', BROKER);
    await importVip('last', '10.0.0.1');
    await becomes('last', ['10.0.0.1']);
    expect(running.server.index.size).toBe(1);
  });

  it('answers SERVFAIL until everything has been listed, then becomes ready', async () => {
    await importVip('web', '10.0.0.1');
    const lift = api.faults.fail({ resource: 'endpointslices', verb: 'list' }, { code: 500 });
    const second = await startDns(client);
    try {
      await eventually(() => second.server.index.size === 1);
      expect(second.feed.isSynced).toBe(false);
      await expect(second.dns.resolve4(`web.${DOMAIN}`)).rejects.toMatchObject({ code: 'ESERVFAIL' });
      lift();
      await second.feed.synced(AbortSignal.timeout(20_000));
      expect(await second.dns.resolve4(`web.${DOMAIN}`)).toEqual(['10.0.0.1']);
    } finally {
      await second.stop();
    }
  });

  it('serves what it knows while the API server is away, and catches up after', async () => {
    await importVip('web', '10.0.0.1');
    await becomes('web', ['10.0.0.1']);
    const lift = api.faults.partition({ resource: 'serviceimports', verb: 'watch' });
    const liftList = api.faults.partition({ resource: 'serviceimports', verb: 'list' });
    await client.patch(resources.serviceImports, 'web', SHOP, 'application/merge-patch+json', { spec: { ips: ['10.0.0.2'] } });
    expect(await lookUp('web')).toEqual(['10.0.0.1']);
    lift();
    liftList();
    await becomes('web', ['10.0.0.2']);
  });

  it('needs no more rights than its ClusterRole gives: lists and watches of two kinds', async () => {
    api.faults.resetCounts();
    const other = await startDns(api.client(undefined, { userAgent: 'mcs-dns/test' }));
    await other.feed.synced(AbortSignal.timeout(20_000));
    await eventually(() => api.faults.requestCounts({ userAgent: 'mcs-dns', verb: 'watch' }).length === 2);
    await other.stop();
    const asked = api.faults.requestCounts({ userAgent: 'mcs-dns' }).map(({ verb, resource }) => `${verb} ${resource}`);
    expect(asked.sort()).toEqual(['list endpointslices', 'list serviceimports', 'watch endpointslices', 'watch serviceimports']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLUSTER_DOMAIN } from '../../src/api/names.ts';
import { resources } from '../../src/api/resources.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createNameServerAsker, type DnsAnswer, type DnsQuestion } from '../../src/cluster-dns/ask-name-server.ts';
import { unwireFallthrough, wireFallthrough } from '../../src/cluster-dns/fallthrough-text.ts';
import { FALLTHROUGH_PROOF } from '../../src/cluster-dns/fallthrough-wiring.ts';
import { DnsIndex } from '../../src/dns/dns-index.ts';
import { FallthroughIndex } from '../../src/dns/fallthrough.ts';
import { followCluster } from '../../src/dns/follow-cluster.ts';
import { NameServer } from '../../src/dns/name-server.ts';
import { ServiceZone } from '../../src/dns/service-zone.ts';
import { createUdpSocket, type DnsSocket } from '../../src/dns/sockets.ts';
import { startTestApiServer, type TestApiServer } from '../helpers/api-server.ts';
import { type CoreDns, coreDnsProgram, startCoreDns } from '../helpers/core-dns.ts';
import { eventually } from '../helpers/eventually.ts';
import { startUdpNameServer, type UdpNameServer } from '../helpers/udp-name-server.ts';

const OURS = '10.7.7.7';
const EXTERNAL = '192.0.2.10';
const signal = new AbortController().signal;
const ask = createNameServerAsker(systemClock, 5_000);

(coreDnsProgram === undefined ? describe.skip : describe)('names of cluster.local that fall through, with the stock CoreDNS', () => {
  let api: TestApiServer;
  let world: UdpNameServer;
  let ours: DnsSocket;
  let coreDns: CoreDns;
  let local: string;

  const stock = (): string => `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       kubeconfig @KUBECONFIG@
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    forward . 127.0.0.1:${world.port} {
       max_concurrent 1000
    }
    cache 30 {
       disable denial cluster.local
    }
    loop
    loadbalance
}
`;
  const question = (name: string, type: DnsQuestion['type'] = 'A'): Promise<DnsAnswer> => ask({ address: '127.0.0.1', port: coreDns.port }, { name, type }, signal);
  const services = (name: string): string => `${name}.shop.svc.${CLUSTER_DOMAIN}`;

  beforeAll(async () => {
    api = await startTestApiServer();
    world = await startUdpNameServer((name) => (name === 'example.org' ? EXTERNAL : 'NXDOMAIN'));
    const client = api.client();
    for (const name of ['shop', 'closed']) await client.create(resources.namespaces, { metadata: { name } });
    const { spec } = await client.create(resources.services, { metadata: { name: 'both', namespace: 'shop' }, spec: { ports: [{ port: 80 }] } });
    local = spec.clusterIP ?? '';
    const shared = [['nginx', 'shop'], ['both', 'shop'], ['nginx', 'closed']] as const;
    for (const [name, namespace] of shared) await client.create(resources.serviceImports, { metadata: { name, namespace }, spec: { type: 'ClusterSetIP', ips: [OURS], ports: [{ port: 80 }] } });
    const index = new DnsIndex();
    const feed = followCluster({ client, index, logger: silentLogger, ignoredNamespaces: [] });
    const opened = new FallthroughIndex(index);
    opened.allow(new Set(['shop']));
    await feed.start(signal);
    await feed.synced(signal);
    const zone = new ServiceZone({ kind: CLUSTER_DOMAIN, zone: { name: CLUSTER_DOMAIN, ttl: 5, serial: 7 }, index: opened, isSynced: () => true });
    ours = createUdpSocket(new NameServer({ zones: [zone] }), { host: '127.0.0.1', port: 0, logger: silentLogger });
    await ours.start(signal);
    await feed.stop();
    const edit = wireFallthrough(stock(), `127.0.0.1:${ours.port}`);
    coreDns = await startCoreDns(edit.kind === 'text' ? edit.text : '', api.kubeconfig());
    await eventually(async () => expect(await question(services('both'))).toEqual({ rcode: 'NOERROR', text: local }), { timeoutMs: 30_000, everyMs: 100 });
  }, 60_000);

  afterAll(async () => {
    await coreDns.stop();
    await ours.stop();
    await world.close();
    await api.stop();
  });

  const answers: [string, string, DnsQuestion['type'], string, () => string | undefined][] = [
    ['a shared service that is unknown here', services('nginx'), 'A', 'NOERROR', () => OURS],
    ['a local name, which wins', services('both'), 'A', 'NOERROR', () => local],
    ['a shared service of a namespace that is not opened', `nginx.closed.svc.${CLUSTER_DOMAIN}`, 'A', 'NXDOMAIN', () => undefined],
    ['a name that nobody knows', services('none'), 'A', 'NXDOMAIN', () => undefined],
    ['an external name with a search domain behind it', services('example.org'), 'A', 'NXDOMAIN', () => undefined],
    ['an external name', 'example.org', 'A', 'NOERROR', () => EXTERNAL],
    ['what proves that it is loaded', FALLTHROUGH_PROOF.name, 'A', 'NOERROR', () => undefined],
  ];
  it.each(answers)('%s', async (_title, name, type, rcode, text) => {
    expect(await question(name, type)).toEqual({ rcode, text: text() });
  });

  it('is not proven without the edit, whose removal gives the Corefile of before', async () => {
    const edit = wireFallthrough(stock(), '10.96.0.53');
    expect(edit.kind === 'text' ? unwireFallthrough(edit.text) : edit).toBe(stock());
    const plain = await startCoreDns(stock(), api.kubeconfig());
    const asked = (name: string): Promise<DnsAnswer> => ask({ address: '127.0.0.1', port: plain.port }, { name, type: 'A' }, signal);
    await eventually(async () => expect((await asked(services('both'))).text).toBe(local), { timeoutMs: 30_000, everyMs: 100 });
    expect(FALLTHROUGH_PROOF.isOurs(await asked(FALLTHROUGH_PROOF.name))).toBe(false);
    await plain.stop();
  }, 60_000);

  // last, for it ends our name server
  it('ruling 19: with our name server down, expansions of external names by the search path get SERVFAIL, at which musl stops; local and external names go on', async () => {
    await ours.stop();
    expect(await question(services('example.org'))).toMatchObject({ rcode: 'SERVFAIL' });
    expect(await question(services('nginx'))).toMatchObject({ rcode: 'SERVFAIL' });
    expect(FALLTHROUGH_PROOF.isOurs(await question(FALLTHROUGH_PROOF.name))).toBe(false);
    expect(await question(services('both'))).toEqual({ rcode: 'NOERROR', text: local });
    expect(await question('example.org')).toEqual({ rcode: 'NOERROR', text: EXTERNAL });
  });
});

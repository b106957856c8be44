import { describe, expect, it } from '@jest/globals';
import { decode, encode } from 'dns-packet';
import { parseNamespaceChoice } from '../../../src/api/cluster-local.ts';
import { resources } from '../../../src/api/resources.ts';
import { failureStatus } from '../../../src/api/status.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { DnsIndex } from '../../../src/dns/dns-index.ts';
import { FallthroughIndex, followFallthrough } from '../../../src/dns/fallthrough.ts';
import { NameServer } from '../../../src/dns/name-server.ts';
import { ServiceZone } from '../../../src/dns/service-zone.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { importOf, sliceOf, zone } from './fixtures.ts';

const SVC = 'svc.cluster.local';

/** Services `web` and `db` (headless) of shop, and `api` of bank; only `allowed` namespaces fall through. */
function fallthroughServer(allowed: string | undefined) {
  const index = new DnsIndex();
  index.setImport(importOf('web', { ips: ['10.0.0.1'], ports: [{ name: 'http', port: 80 }] }));
  index.setImport(importOf('db', { type: 'Headless' }));
  index.setSlice(sliceOf('db', 'west', [{ addresses: ['10.1.0.5'], hostname: 'db-0' }], [{ name: 'pg', port: 5432 }]));
  index.setImport(importOf('api', { ips: ['10.0.0.2'] }, 'bank'));
  const opened = new FallthroughIndex(index);
  opened.allow(parseNamespaceChoice(allowed));
  const zones = [
    new ServiceZone({ kind: 'clusterset.local', zone, index, isSynced: () => true }),
    new ServiceZone({ kind: 'cluster.local', zone: { ...zone, name: 'cluster.local' }, index: opened, isSynced: () => true }),
  ];
  const server = new NameServer({ zones });
  /** On the wire; twice, since the second answer is a ready one. */
  const ask = (name: string, type: 'A' | 'AAAA' | 'SRV' | 'SOA' | 'PTR' = 'A') => {
    const packet = encode({ type: 'query', id: 1, questions: [{ type, name }] });
    const [first, second] = [server.handle(packet, 'udp')!, server.handle(packet, 'udp')!];
    expect(second.equals(first)).toBe(true);
    return { ...decode(first), rcode: first.readUInt16BE(2) & 0xf };
  };
  const outcome = (name: string, type?: Parameters<typeof ask>[1]): unknown => {
    const { rcode, answers = [] } = ask(name, type);
    if (rcode !== 0) return rcode === 3 ? 'NXDOMAIN' : rcode;
    return answers.length === 0 ? 'NODATA' : answers.map((record) => ('data' in record ? record.data : record.type));
  };
  return { index, opened, ask, outcome };
}

describe('names of cluster.local that fall through', () => {
  const { outcome, ask } = fallthroughServer('shop');
  const cases: [string, string, Parameters<typeof ask>[1], unknown][] = [
    ['a shared service', `web.shop.${SVC}`, 'A', ['10.0.0.1']],
    ['in any case', `WEB.Shop.${SVC}`, 'A', ['10.0.0.1']],
    ['without the family', `web.shop.${SVC}`, 'AAAA', 'NODATA'],
    ['a headless one', `db.shop.${SVC}`, 'A', ['10.1.0.5']],
    ['a host of a headless one', `db-0.west.db.shop.${SVC}`, 'A', ['10.1.0.5']],
    ['a named port', `_http._tcp.web.shop.${SVC}`, 'SRV', [expect.objectContaining({ target: `web.shop.${SVC}`, port: 80 })]],
    ['a named port of a headless one', `_pg._tcp.db.shop.${SVC}`, 'SRV', [expect.objectContaining({ target: `db-0.west.db.shop.${SVC}` })]],
    ['a namespace with shared services', `shop.${SVC}`, 'A', 'NODATA'],
    ['a service that nobody shares', `none.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['a namespace that has not opted in', `api.bank.${SVC}`, 'A', 'NXDOMAIN'],
    ['its name', `bank.${SVC}`, 'A', 'NXDOMAIN'],
    ['a name of the internet behind the search path', `www.example.com.shop.${SVC}`, 'A', 'NXDOMAIN'],
    ['behind its last part', 'www.example.com.cluster.local', 'A', 'NXDOMAIN'],
    ['a pod', '10-1-0-5.shop.pod.cluster.local', 'A', 'NXDOMAIN'],
    ['the same service in the cluster set', 'web.shop.svc.clusterset.local', 'A', ['10.0.0.1']],
    ['one of the cluster set that has not opted in here', 'api.bank.svc.clusterset.local', 'A', ['10.0.0.2']],
    ['a name that merely ends alike', `web.shop.svc.xcluster.local`, 'A', 5],
  ];
  it.each(cases)('%s: %s', (_rule, name, type, expected) => {
    expect(outcome(name, type)).toEqual(expected);
  });

  it('have the SOA that CoreDNS has for them', () => {
    const [soa] = ask(`none.shop.${SVC}`).authorities ?? [];
    expect(soa).toMatchObject({ name: 'cluster.local', type: 'SOA', ttl: 5, data: { mname: 'ns.dns.cluster.local', rname: 'hostmaster.cluster.local', refresh: 7200, retry: 1800, expire: 86_400, minimum: 5 } });
  });

  it.each([
    { says: undefined, isOpen: false },
    { says: '', isOpen: false },
    { says: 'bank, shop', isOpen: true },
    { says: '*', isOpen: true },
    { says: ' * ', isOpen: true },
    { says: 'bank shop', isOpen: true },
    { says: 'sh*', isOpen: false },
    { says: 'shops', isOpen: false },
  ])('where the ConfigMap says $says: $isOpen', ({ says, isOpen }) => {
    expect(fallthroughServer(says).outcome(`web.shop.${SVC}`)).toEqual(isOpen ? ['10.0.0.1'] : 'NXDOMAIN');
  });

  it('follow the opt-in and the service at once, also where the answer was ready', () => {
    const live = fallthroughServer(undefined);
    const web = `web.shop.${SVC}`;
    expect(live.outcome(web)).toBe('NXDOMAIN');
    live.opened.allow(parseNamespaceChoice('shop'));
    expect(live.outcome(web)).toEqual(['10.0.0.1']);
    live.index.setImport(importOf('web', { ips: ['10.0.0.7'] }));
    expect(live.outcome(web)).toEqual(['10.0.0.7']);
    live.opened.allow(parseNamespaceChoice('bank'));
    expect([live.outcome(web), live.outcome(`api.bank.${SVC}`)]).toEqual(['NXDOMAIN', ['10.0.0.2']]);
  });
});

describe('followFallthrough()', () => {
  const config = (fallthrough: string) => ({ metadata: { name: 'mcs-cluster-local', namespace: 'submariner-operator' }, data: { fallthrough } });

  it('is what the ConfigMap says', async () => {
    const client = createMemoryClient();
    client.seed(resources.configMaps, config('shop'));
    const { index, opened, outcome } = fallthroughServer(undefined);
    const feed = followFallthrough({ client, index: opened, namespace: 'submariner-operator', logger: silentLogger });
    await feed.start(AbortSignal.timeout(5_000));
    await feed.synced(AbortSignal.timeout(5_000));
    expect([feed.isSynced, index.size, outcome(`web.shop.${SVC}`), outcome(`api.bank.${SVC}`)]).toEqual([true, 3, ['10.0.0.1'], 'NXDOMAIN']);
    await feed.stop();
  });

  it('where the right to read it is missing, nothing falls through, and the rest is served; it counts as soon as it is there', async () => {
    const client = createMemoryClient();
    client.seed(resources.configMaps, config('shop'));
    let isAllowed = false;
    const list: typeof client.list = (resource, options) => (isAllowed ? client.list(resource, options) : Promise.reject(new ApiError(failureStatus('Forbidden', 'configmaps is forbidden'))));
    const { opened, outcome } = fallthroughServer(undefined);
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const feed = followFallthrough({ client: { ...client, list }, index: opened, namespace: 'submariner-operator', logger });
    expect(feed.isSynced).toBe(false);
    await feed.start(AbortSignal.timeout(10_000));
    await feed.synced(AbortSignal.timeout(5_000));
    expect([feed.isSynced, outcome(`web.shop.${SVC}`), warnings.filter((text) => text.includes('falls through'))]).toEqual([true, 'NXDOMAIN', [expect.any(String)]]);
    isAllowed = true;
    await eventually(() => outcome(`web.shop.${SVC}`) !== 'NXDOMAIN');
    expect(outcome(`web.shop.${SVC}`)).toEqual(['10.0.0.1']);
    await feed.stop();
  });
});

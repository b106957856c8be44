import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type ClusterFeed, followCluster } from '../../../src/dns/follow-cluster.ts';
import { NameServer } from '../../../src/dns/name-server.ts';
import { RCODE } from '../../../src/dns/records.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { importOf, sliceOf, zone } from './fixtures.ts';

let client: MemoryClient;
let server: NameServer;
let feed: ClusterFeed;
let abort: AbortController;

beforeEach(() => {
  abort = new AbortController();
  client = createMemoryClient();
  server = new NameServer({ zone, isSynced: () => feed.isSynced });
  feed = followCluster({ client, index: server.index, logger: silentLogger, ignoredNamespaces: [] });
});

afterEach(async () => {
  abort.abort();
  await feed.stop();
});

async function sync(): Promise<void> {
  await feed.start(abort.signal);
  await feed.synced(AbortSignal.timeout(5_000));
}

const ask = (name: string, type: string): ReturnType<NameServer['ask']> => server.ask({ name: `${name}.shop.svc.clusterset.local`, type });

describe('followCluster()', () => {
  it('takes slices whose empty lists the API server stores as null', async () => {
    client.seed(resources.serviceImports, importOf('db', { type: 'Headless' }));
    client.seed(resources.endpointSlices, { ...sliceOf('db', 'west', []), endpoints: null, ports: null });
    client.seed(resources.endpointSlices, { ...sliceOf('db', 'east', [{ addresses: ['10.2.0.5'], hostname: 'db-0' }]), ports: null });
    await sync();
    expect(ask('db', 'A').answers.map(({ data }) => data)).toEqual(['10.2.0.5']);
    expect(ask('db', 'SRV')).toMatchObject({ rcode: RCODE.noError, answers: [] });
  });

  it('serves the others where somebody has made an import without a spec', async () => {
    client.seed(resources.serviceImports, { metadata: { name: 'bare', namespace: 'shop' } } as never);
    client.seed(resources.serviceImports, importOf('web', { ips: ['10.0.0.1'] }));
    await sync();
    expect(ask('web', 'A').answers.map(({ data }) => data)).toEqual(['10.0.0.1']);
    expect(ask('bare', 'A').answers).toEqual([]);
  });
});

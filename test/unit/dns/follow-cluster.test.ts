import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { followCluster } from '../../../src/dns/follow-cluster.ts';
import { RCODE } from '../../../src/dns/records.ts';
import type { ZoneFeed } from '../../../src/dns/zone-feed.ts';
import { createMemoryClient, type MemoryClient } from '../../helpers/memory-client.ts';
import { type ServiceServer, serviceServer } from '../../helpers/service-server.ts';
import { importOf, sliceOf } from './fixtures.ts';

let client: MemoryClient;
let server: ServiceServer;
let feed: ZoneFeed;
let abort: AbortController;

beforeEach(() => {
  abort = new AbortController();
  client = createMemoryClient();
  server = serviceServer({ isSynced: () => feed.isSynced });
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

const ask = (name: string, type: string): ReturnType<ServiceServer['ask']> => server.ask({ name: `${name}.shop.svc.clusterset.local`, type });

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

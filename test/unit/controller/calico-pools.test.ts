import { describe, expect, it } from '@jest/globals';
import { resources } from '../../../src/api/resources.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { CalicoPools } from '../../../src/controller/calico-pools.ts';
import { failureStatus } from '../../../src/api/status.ts';
import { ApiError } from '../../../src/kube/api-error.ts';
import type { RemoteEndpoint } from '../../../src/sync/cable/read-endpoints.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { createMemoryClient } from '../../helpers/memory-client.ts';
import { cableSpec } from '../../helpers/member-records.ts';

const SIGNAL = new AbortController().signal;
const EAST: RemoteEndpoint = { spec: cableSpec('east', '192.0.2.1', { subnets: ['10.1.0.0/16'] }), uid: 'u' };

function pools(client = createMemoryClient(), clock = new FakeClock()): CalicoPools {
  return new CalicoPools({ client, clock, logger: silentLogger });
}

describe('CalicoPools', () => {
  it('makes a pool for each range, writes nothing twice, and removes what is gone', async () => {
    const client = createMemoryClient();
    const keeper = pools(client);
    await keeper.reconcile([EAST], SIGNAL);
    await keeper.reconcile([EAST], SIGNAL);
    expect(client.writes).toEqual(['create ippools mcs-east-10-1-0-0-16']);
    await keeper.reconcile([], SIGNAL);
    expect(client.writes.at(-1)).toBe('delete ippools mcs-east-10-1-0-0-16');
  });

  it("leaves the cluster's own pools alone", async () => {
    const client = createMemoryClient();
    client.seed(resources.calicoPools, { metadata: { name: 'default-ipv4-ippool' }, spec: { cidr: '10.2.0.0/16' } });
    await pools(client).reconcile([], SIGNAL);
    expect(client.writes).toEqual([]);
  });

  it.each(['NotFound', 'Forbidden'] as const)('asks a cluster that answers %s again only after a while', async (reason) => {
    const [clock, client] = [new FakeClock(), createMemoryClient()];
    let asked = 0;
    client.list = () => {
      asked += 1;
      return Promise.reject(new ApiError(failureStatus(reason, reason)));
    };
    const keeper = pools(client, clock);
    await keeper.reconcile([EAST], SIGNAL);
    await keeper.reconcile([EAST], SIGNAL);
    expect(asked).toBe(1);
    await clock.advance(600_000);
    await keeper.reconcile([EAST], SIGNAL);
    expect(asked).toBe(2);
  });
});

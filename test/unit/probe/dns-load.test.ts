import { afterEach, describe, expect, it } from '@jest/globals';
import { openDnsAsker } from '../../../src/probe/dns-asker.ts';
import { type DnsLoadRequest, measureDnsLoad } from '../../../src/probe/dns-load.ts';
import { type SayOfName, startUdpNameServer, type UdpNameServer } from '../../helpers/udp-name-server.ts';

const { signal } = new AbortController();
let server: UdpNameServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function measure(say: SayOfName, more: Partial<DnsLoadRequest> = {}): Promise<Awaited<ReturnType<typeof measureDnsLoad>>> {
  server = await startUdpNameServer(say);
  const group = { id: 'all', type: 'A', names: ['a.test', 'b.test', 'c.test'], server: `127.0.0.1:${server.port}` } as const;
  return measureDnsLoad({ groups: [group, { ...group, id: 'of the pod', server: undefined as never }], clients: 3, rate: 100, seconds: 0.6, timeoutMs: 100, ...more }, { hasResolver: false, portOf: (port) => port, signal });
}

describe('measureDnsLoad', () => {
  it('counts answers by their kind, and what did not come; a group for the resolver that is missing is left out', async () => {
    const loads = await measure((name) => ({ 'a.test': '10.0.0.1', 'b.test': 'NXDOMAIN' })[name]);
    expect(loads.map(({ id }) => id)).toEqual(['all']);
    const { answers = {}, errors = {}, milliseconds, questions } = loads[0] ?? {};
    expect([Object.keys(answers).toSorted(), Object.keys(errors)]).toEqual([['NOERROR', 'NXDOMAIN'], ['timeout']]);
    expect(milliseconds?.count).toBe((answers.NOERROR ?? 0) + (answers.NXDOMAIN ?? 0));
    expect(questions).toBe((milliseconds?.count ?? 0) + (errors.timeout ?? 0));
  });

  it('asks no more often than the rate allows', async () => {
    const [rate, clients] = [50, 2];
    const [load] = await measure(() => '10.0.0.1', { rate, clients, seconds: 0.6 });
    // each client asks once at its beginning
    expect(load?.questions).toBeLessThanOrEqual((load?.seconds ?? 0) * rate + clients);
    expect(load?.questions).toBeGreaterThan(0);
  });
});

describe('openDnsAsker', () => {
  it('says that nobody listens', async () => {
    const { port, close } = await startUdpNameServer(() => undefined);
    await close();
    const asker = await openDnsAsker({ address: '127.0.0.1', port, timeoutMs: 5000 });
    expect(await asker.ask('a.test', 'A')).toEqual({ addresses: [], error: 'ECONNREFUSED' });
    asker.close();
  });
});

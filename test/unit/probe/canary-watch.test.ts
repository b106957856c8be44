import { afterEach, describe, expect, it } from '@jest/globals';
import { startBenchmarkServer } from '../../../src/probe/benchmark-server.ts';
import { CanaryWatches } from '../../../src/probe/canary-watch.ts';
import { startUdpNameServer, type UdpNameServer } from '../../helpers/udp-name-server.ts';

const QUESTION = { name: 'canary-0.n.svc.clusterset.local', type: 'A', wants: 'address' } as const;
const LONG_MS = 10_000;

let server: UdpNameServer;
const stop = new AbortController();
let said = 'NXDOMAIN';
afterEach(() => server.close());

async function open(portOf: (port: number) => number = () => server.port): Promise<CanaryWatches> {
  said = 'NXDOMAIN';
  server = await startUdpNameServer(() => said);
  return new CanaryWatches({ servers: ['127.0.0.1', '127.0.0.1'], portOf, signal: stop.signal });
}

describe('CanaryWatches', () => {
  it('has no news of a name without an address, and says how long ago it had one', async () => {
    const watches = await open();
    expect(await watches.news('a', QUESTION, 0)).toEqual({ isDone: false });
    said = '10.0.0.1';
    expect(await watches.news('a', QUESTION, LONG_MS)).toEqual({ isDone: true, answeredAgo: expect.any(Number) });
  });

  it('waits for the end of a name', async () => {
    const watches = await open();
    said = '10.0.0.1';
    expect(await watches.news('b', { ...QUESTION, wants: 'none' }, 0)).toEqual({ isDone: false });
    said = 'NXDOMAIN';
    expect(await watches.news('b', { ...QUESTION, wants: 'none' }, LONG_MS)).toMatchObject({ isDone: true });
  });

  it('fetches a first byte from the address that was answered', async () => {
    const echo = await startBenchmarkServer({ host: '127.0.0.1', port: 0, lifeMs: LONG_MS, signal: stop.signal });
    const watches = await open((port) => (port === 53 ? server.port : echo.port));
    said = '127.0.0.1';
    expect(await watches.news('c', { ...QUESTION, port: 5201 }, LONG_MS)).toEqual({ isDone: true, answeredAgo: expect.any(Number), firstByteAgo: expect.any(Number) });
    stop.abort();
    await echo.ended;
  });
});

import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSocket, type Socket } from 'node:dgram';
import packet from 'dns-packet';
import { reach } from '../../../src/probe/reach.ts';

let server: Server;
let dns: Socket;
const portOf = (of: Server | Socket): number => {
  const address = of.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

beforeAll(async () => {
  server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  dns = createSocket('udp4', (message, { address, port }) => {
    const { id, questions = [] } = packet.decode(message);
    const isKnown = questions[0]?.name === 'web.shop.svc.clusterset.local';
    const answers = isKnown ? [{ type: 'A' as const, name: questions[0]?.name ?? '', ttl: 5, data: '10.97.0.7' }] : [];
    dns.send(packet.encode({ type: 'response', id: id ?? 0, flags: isKnown ? 0 : 3, questions, answers }), port, address);
  });
  dns.bind(0, '127.0.0.1');
  await once(dns, 'listening');
});
afterAll(() => {
  server.close();
  dns.close();
});

describe('reach', () => {
  it('connects, and tells of what refuses', async () => {
    const port = portOf(server);
    const { targets } = await reach({ names: [], targets: [{ host: '127.0.0.1', port }, { host: '127.0.0.1', port: 1 }], timeoutMs: 5000 }, { hasResolver: false, portOf: (each) => each });
    expect(targets.map(({ error, port: tried }) => [tried, error])).toEqual([[port, undefined], [1, 'ECONNREFUSED']]);
  });

  it('asks the server that is named for each name, and gives its error by code', async () => {
    const names = ['web', 'none'].map((name) => ({ name: `${name}.shop.svc.clusterset.local`, type: 'A' as const }));
    const result = await reach({ names, nameServer: '127.0.0.1', targets: [], timeoutMs: 5000 }, { hasResolver: false, portOf: () => portOf(dns) });
    expect(result.names.map(({ addresses, asked, error }) => [asked, addresses, error])).toEqual([['mcs', ['10.97.0.7'], undefined], ['mcs', [], 'ENOTFOUND']]);
  });
});

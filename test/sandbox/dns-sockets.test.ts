import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { streamDecode, streamEncode } from 'dns-packet';
import { silentLogger } from '../../src/base/log.ts';
import { NameServer } from '../../src/dns/name-server.ts';
import { createTcpSocket, createUdpSocket, type DnsSocket } from '../../src/dns/sockets.ts';
import { importOf, sliceOf, zone } from '../unit/dns/fixtures.ts';

const HOST = '127.0.0.1';
const server = new NameServer({ zone, isSynced: () => true });
let udp: DnsSocket;
let tcp: DnsSocket;
const resolver = new Resolver({ timeout: 2000, tries: 2 });
const signal = new AbortController().signal;

beforeAll(async () => {
  server.index.setImport(importOf('web', { ips: ['10.0.0.1', 'fd00::1'], ports: [{ name: 'http', port: 80 }] }));
  server.index.setImport(importOf('big', { type: 'Headless' }));
  const many = Array.from({ length: 80 }, (_, host) => ({ addresses: [`10.1.0.${host + 1}`], hostname: `host-${host}` }));
  server.index.setSlice(sliceOf('big', 'west', many));
  // a resolver tries TCP on the port that it asked over UDP, so both must have the same one
  tcp = createTcpSocket(server, { host: HOST, port: 0, logger: silentLogger });
  await tcp.start(signal);
  udp = createUdpSocket(server, { host: HOST, port: tcp.port, logger: silentLogger });
  await udp.start(signal);
  resolver.setServers([`${HOST}:${udp.port}`]);
});

afterAll(async () => {
  await Promise.all([udp.stop(), tcp.stop()]);
});

describe('the sockets of the name server', () => {
  it('serve A, AAAA, SRV and TXT to the resolver of Node', async () => {
    const name = 'web.shop.svc.clusterset.local';
    expect(await resolver.resolve4(name)).toEqual(['10.0.0.1']);
    expect(await resolver.resolve6(name)).toEqual(['fd00::1']);
    expect(await resolver.resolveSrv(`_http._tcp.${name}`)).toMatchObject([{ name, port: 80 }]);
    expect(await resolver.resolveTxt('dns-version.clusterset.local')).toEqual([['1.0.0']]);
  });

  it('tell a missing name from a missing type', async () => {
    await expect(resolver.resolve4('none.shop.svc.clusterset.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolveMx('web.shop.svc.clusterset.local')).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('give a resolver the whole of an answer that UDP has cut', async () => {
    expect(await resolver.resolve4('big.shop.svc.clusterset.local')).toHaveLength(80);
  });

  it('answer several questions on one connection, also those that arrive in pieces', async () => {
    const connection = connect(tcp.port, HOST);
    await once(connection, 'connect');
    const questions = [11, 12].map((id) => streamEncode({ type: 'query', id, questions: [{ type: 'A', name: 'web.shop.svc.clusterset.local' }] }));
    const bytes = Buffer.concat(questions);
    connection.write(bytes.subarray(0, 5));
    connection.write(bytes.subarray(5));
    let received = Buffer.alloc(0);
    const ids: number[] = [];
    for await (const chunk of connection) {
      received = Buffer.concat([received, chunk as Buffer]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        ids.push(streamDecode(received.subarray(0, end)).id ?? 0);
        received = received.subarray(end);
      }
      if (ids.length === 2) break;
    }
    expect(ids).toEqual([11, 12]);
  });

  it('close a connection that sends what deserves no answer', async () => {
    const connection = connect(tcp.port, HOST);
    await once(connection, 'connect');
    connection.write(Buffer.from('0003010203', 'hex'));
    connection.resume();
    await once(connection, 'close');
    expect(connection.bytesRead).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DecodedPacket, decode, encode, streamEncode } from 'dns-packet';
import { silentLogger } from '../../../src/base/log.ts';
import type { NameServer } from '../../../src/dns/name-server.ts';
import { createTcpSocket, createUdpSocket, type DnsSocket, type TcpOptions } from '../../../src/dns/sockets.ts';
import { eventually } from '../../helpers/eventually.ts';
import { serviceServer } from '../../helpers/service-server.ts';
import { importOf, sliceOf } from './fixtures.ts';

const WEB = 'web.shop.svc.clusterset.local';
const BIG = 'big.shop.svc.clusterset.local';
const signal = new AbortController().signal;
const host = '127.0.0.1';

function makeServer(): NameServer {
  const server = serviceServer();
  server.index.setImport(importOf('web', { ips: ['10.0.0.1', 'fd00::1'], ports: [{ name: 'http', port: 80 }] }));
  server.index.setImport(importOf('big', { type: 'Headless' }));
  const endpoints = Array.from({ length: 100 }, (_, index) => ({ addresses: [`10.1.0.${index + 1}`] }));
  server.index.setSlice(sliceOf('big', 'west', endpoints, [{ name: 'pg', port: 5432 }]));
  return server;
}

/** Gathers whole messages from a TCP connection. */
function messagesOf(socket: Socket): DecodedPacket[] {
  const messages: DecodedPacket[] = [];
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      messages.push(decode(pending.subarray(2, end)));
      pending = pending.subarray(end);
    }
  });
  return messages;
}

/** `once` would reject with a reset, which is one way to close. */
const closeOf = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));

const ask = (id: number, name = WEB): Buffer => streamEncode({ type: 'query', id, questions: [{ type: 'A', name }] });

describe('DNS sockets', () => {
  const started: DnsSocket[] = [];
  const clients: Socket[] = [];
  let server: NameServer;
  beforeEach(() => {
    server = makeServer();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    for (const socket of started.splice(0)) await socket.stop();
  });

  async function startTcp(options: Partial<TcpOptions> = {}): Promise<DnsSocket> {
    const tcp = createTcpSocket(server, { host, port: 0, logger: silentLogger, ...options });
    started.push(tcp);
    await tcp.start(signal);
    return tcp;
  }

  async function connectTo({ port }: DnsSocket): Promise<Socket> {
    const socket = connect(port, host);
    socket.on('error', () => undefined); // a reset is what some of the tests wait for
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** Both transports on one port, as resolvers need them to try again over TCP. */
  async function startBoth(): Promise<number> {
    return eventually(async () => {
      const tcp = createTcpSocket(server, { host, port: 0, logger: silentLogger });
      await tcp.start(signal);
      const udp = createUdpSocket(server, { host, port: tcp.port, logger: silentLogger });
      started.push(tcp, udp);
      await udp.start(signal);
      return tcp.port;
    });
  }

  async function resolver(): Promise<Resolver> {
    const port = await startBoth();
    const made = new Resolver({ timeout: 5000 });
    made.setServers([`${host}:${port}`]);
    return made;
  }

  it('answer the resolver of Node.js: A, AAAA, SRV, TXT, NXDOMAIN, NODATA', async () => {
    const dns = await resolver();
    expect(await dns.resolve4(WEB)).toEqual(['10.0.0.1']);
    expect(await dns.resolve6(WEB)).toEqual(['fd00::1']);
    expect(await dns.resolveSrv(`_http._tcp.${WEB}`)).toMatchObject([{ name: WEB, port: 80, priority: 0, weight: 100 }]);
    expect(await dns.resolveTxt('dns-version.clusterset.local')).toEqual([['1.0.0']]);
    await expect(dns.resolve4('shop.svc.clusterset.local')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(dns.resolve4(`none.shop.svc.clusterset.local`)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(dns.resolveMx(WEB)).rejects.toMatchObject({ code: 'ENODATA' });
  });

  it('let a resolver that gets a truncated answer have all of it over TCP', async () => {
    const dns = await resolver();
    const addresses = await dns.resolve4(BIG);
    expect(addresses).toHaveLength(100);
  });

  it('UDP: go on after bytes that are no DNS', async () => {
    const port = await startBoth();
    const client = createSocket('udp4');
    const answers: number[] = [];
    client.on('message', (packet) => answers.push(packet.readUInt16BE(0)));
    client.send(Buffer.alloc(0), port, host);
    client.send(Buffer.alloc(3000, 0xff), port, host);
    client.send(encode({ type: 'query', id: 5, questions: [{ type: 'A', name: WEB }] }), port, host);
    await eventually(() => answers.includes(5));
    await new Promise<void>((resolve) => client.close(() => resolve()));
    expect(answers).toEqual([5]);
  });

  it('UDP: listen on every address of a node, with or without IPv6', async () => {
    const udp = createUdpSocket(server, { host: '::', port: 0, logger: silentLogger });
    started.push(udp);
    await udp.start(signal);
    const dns = new Resolver({ timeout: 5000 });
    dns.setServers([`127.0.0.1:${udp.port}`]);
    expect(await dns.resolve4(WEB)).toEqual(['10.0.0.1']);
  });

  it('say which port is taken', async () => {
    const { port } = await startTcp();
    const second = createTcpSocket(server, { host, port, logger: silentLogger });
    await expect(second.start(signal)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  it('TCP: answer many questions on one connection, in order', async () => {
    const client = await connectTo(await startTcp());
    const messages = messagesOf(client);
    client.write(Buffer.concat(Array.from({ length: 50 }, (_, id) => ask(id, id % 2 === 0 ? WEB : BIG))));
    await eventually(() => messages.length === 50);
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => id));
    expect(messages[1]?.answers).toHaveLength(100);
  });

  it('TCP: put a question together from single bytes', async () => {
    const client = await connectTo(await startTcp());
    client.setNoDelay(true);
    const messages = messagesOf(client);
    for (const byte of ask(7)) {
      client.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => messages.length === 1);
    expect(messages[0]?.id).toBe(7);
  });

  it('TCP: answer what came before the client closed its half', async () => {
    const client = await connectTo(await startTcp());
    const messages = messagesOf(client);
    client.end(ask(7));
    await closeOf(client);
    expect(messages.map(({ id }) => id)).toEqual([7]);
  });

  it('TCP: wait for a client that does not read, and answer all of it in the end', async () => {
    const client = await connectTo(await startTcp());
    client.pause();
    client.write(Buffer.concat(Array.from({ length: 3000 }, (_, id) => ask(id, BIG))));
    await new Promise((resolve) => setImmediate(resolve));
    const messages = messagesOf(client);
    client.resume();
    await eventually(() => messages.length === 3000);
    expect(messages.at(-1)?.id).toBe(2999);
  });

  it('TCP: close a connection with bytes that are no question', async () => {
    const client = await connectTo(await startTcp());
    const messages = messagesOf(client);
    client.write(Buffer.concat([ask(1), Buffer.from('0003ffffff', 'hex'), ask(2)]));
    await closeOf(client);
    expect(messages.map(({ id }) => id)).toEqual([1]);
  });

  it('TCP: close an idle connection, also one that sends byte after byte', async () => {
    const tcp = await startTcp({ idleMs: 50 });
    const silent = await connectTo(tcp);
    silent.resume();
    await closeOf(silent);
    const slow = await connectTo(tcp);
    slow.resume();
    slow.write(Buffer.from('ffff', 'hex'));
    const dripping = setInterval(() => slow.write(Buffer.from([0])), 5);
    await closeOf(slow).finally(() => clearInterval(dripping));
    expect(slow.destroyed).toBe(true);
  });

  it('TCP: close connections beyond the cap at once, and take new ones when others go', async () => {
    const tcp = await startTcp({ maxConnections: 1 });
    const first = await connectTo(tcp);
    const second = connect(tcp.port, host);
    second.on('error', () => undefined);
    clients.push(second);
    await closeOf(second);
    first.destroy();
    await eventually(async () => {
      const third = await connectTo(tcp);
      const messages = messagesOf(third);
      third.write(ask(3));
      await eventually(() => messages.length === 1, { timeoutMs: 500 });
    });
  });

  it('stop: close connections, and can be called twice', async () => {
    const tcp = await startTcp();
    const client = await connectTo(tcp);
    client.resume();
    const closed = closeOf(client);
    await tcp.stop();
    await tcp.stop();
    await closed;
    expect(client.destroyed).toBe(true);
  });
});

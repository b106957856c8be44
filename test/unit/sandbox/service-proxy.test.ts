import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type EchoListener, listenEchoTcp, listenEchoUdp } from '../../../src/sandbox/network/echo-server.ts';
import type { Frontend, SocketAddress } from '../../../src/sandbox/network/frontends.ts';
import { createServiceProxy, type ServiceProxy } from '../../../src/sandbox/network/service-proxy.ts';
import { createRotation, type Forwarder, listenTcpForward } from '../../../src/sandbox/network/tcp-forward.ts';
import { listenUdpForward } from '../../../src/sandbox/network/udp-forward.ts';

const HOST = '127.0.0.1';
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function kept<T extends EchoListener | Forwarder>(listener: T): T {
  cleanups.push(() => ('destroy' in listener ? listener.destroy() : listener.close()));
  return listener;
}

const echo = async (name: string): Promise<SocketAddress> => ({ address: HOST, port: kept(await listenEchoTcp({ host: HOST, port: 0 }, name)).port });
const forward = async (targets: readonly SocketAddress[]): Promise<Forwarder> => kept(await listenTcpForward({ address: HOST, port: 0 }, targets));
const ask = async (port: number): Promise<string> => (await fetch(`http://${HOST}:${port}/`, { headers: { connection: 'close' } })).text();

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('listenTcpForward', () => {
  it('takes the targets in turn', async () => {
    const forwarder = await forward([await echo('a'), await echo('b')]);
    const answers = [await ask(forwarder.port), await ask(forwarder.port)];
    expect(answers.sort()).toEqual(['a\n', 'b\n']);
  });

  it('brings the answer to a client that half-closed', async () => {
    const forwarder = await forward([await echo('a')]);
    const socket = connect({ host: HOST, port: forwarder.port, allowHalfOpen: true });
    socket.end('question');
    expect(await text(socket)).toBe('a\nquestion');
  });

  it('resets a connection whose target refuses', async () => {
    const forwarder = await forward([{ address: HOST, port: await freePort() }]);
    const socket = connect(forwarder.port, HOST);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('sends new connections to new targets, and lets open ones live after close', async () => {
    const forwarder = await forward([await echo('a')]);
    const socket = connect(forwarder.port, HOST);
    socket.write('x');
    await once(socket, 'data');
    forwarder.setTargets([await echo('b')]);
    expect(await ask(forwarder.port)).toBe('b\n');
    const closed = forwarder.close();
    await expect(ask(forwarder.port)).rejects.toThrow();
    socket.write('y');
    expect(String(await once(socket, 'data'))).toContain('y');
    socket.end();
    await closed;
  });
});

describe('listenUdpForward', () => {
  it('keeps a client with its target until that is withdrawn', async () => {
    const target = async (name: string): Promise<SocketAddress> => ({ address: HOST, port: kept(await listenEchoUdp({ host: HOST, port: 0 }, name)).port });
    const [a, b] = [await target('a'), await target('b')];
    const forwarder = kept(await listenUdpForward({ address: HOST, port: 0 }, [a, b]));
    const client = createSocket('udp4');
    const ask = async (): Promise<string> => {
      client.send('x', forwarder.port, HOST);
      return String((await once(client, 'message'))[0]).split('\n')[0] ?? '';
    };
    const first = await ask();
    expect([await ask(), await ask()]).toEqual([first, first]);
    forwarder.setTargets([first === 'a' ? b : a]);
    expect(await ask()).toBe(first === 'a' ? 'b' : 'a');
    client.close();
  });
});

describe('createRotation', () => {
  it('has nothing to give without targets', () => {
    expect(createRotation().next()).toBeUndefined();
  });
});

describe('createServiceProxy', () => {
  const start = (): ServiceProxy => {
    const proxy = createServiceProxy();
    cleanups.push(() => proxy.stop());
    return proxy;
  };
  const frontend = (port: number, targets: readonly SocketAddress[]): Frontend => ({ protocol: 'TCP', address: HOST, port, targets });

  it('listens only while there is an endpoint, so that a connection without one is refused', async () => {
    const [proxy, port, target] = [start(), await freePort(), await echo('a')];
    await proxy.setService('shop/web', [frontend(port, [])]);
    await expect(once(connect(port, HOST), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.setService('shop/web', [frontend(port, [target])]);
    expect(await ask(port)).toBe('a\n');
    await proxy.setService('shop/web', []);
    await expect(once(connect(port, HOST), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(proxy.listening).toBe(0);
  });

  it('records a socket that cannot be bound, and tries it again with the next change', async () => {
    const [proxy, target] = [start(), await echo('a')];
    const blocker = await listenEchoTcp({ host: HOST, port: 0 }, 'blocker');
    await proxy.setService('shop/web', [frontend(blocker.port, [target])]);
    expect([...proxy.failures]).toEqual([[`TCP/${HOST}:${blocker.port}`, expect.stringContaining('EADDRINUSE')]]);
    await blocker.close();
    await proxy.setService('shop/web', [frontend(blocker.port, [target])]);
    expect([proxy.failures.size, await ask(blocker.port)]).toEqual([0, 'a\n']);
  });

  it('leaves nothing listening and no connection open when stopped', async () => {
    const [proxy, port] = [start(), await freePort()];
    await proxy.setService('shop/web', [frontend(port, [await echo('a')])]);
    const socket = connect(port, HOST);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await proxy.stop();
    await once(socket, 'close');
    await expect(once(connect(port, HOST), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

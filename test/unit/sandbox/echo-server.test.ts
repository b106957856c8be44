import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type EchoListener, listenEchoTcp, listenEchoUdp } from '../../../src/sandbox/network/echo-server.ts';

const HOST = '127.0.0.1';
let listener: EchoListener | undefined;
afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

describe('listenEchoTcp', () => {
  it('answers an HTTP request with 200 and who answers, also several on one connection', async () => {
    listener = await listenEchoTcp({ host: HOST, port: 0 }, 'pod a');
    for (const path of ['/', '/deep/path']) {
      const answer = await fetch(`http://${HOST}:${listener.port}${path}`, { method: 'POST', body: 'x'.repeat(100_000) });
      expect([answer.status, await answer.text()]).toEqual([200, 'pod a\n']);
    }
  });

  it('sends other bytes back behind a line that says who answers, to the last one after a half-close', async () => {
    listener = await listenEchoTcp({ host: HOST, port: 0 }, 'pod a');
    const socket = connect({ host: HOST, port: listener.port, allowHalfOpen: true });
    socket.write('one ');
    socket.end('two');
    expect(await text(socket)).toBe('pod a\none two');
  });

  it('ends with a client that says nothing, and closes with open connections', async () => {
    listener = await listenEchoTcp({ host: HOST, port: 0 }, 'pod a');
    const silent = connect({ host: HOST, port: listener.port, allowHalfOpen: true });
    silent.end();
    expect(await text(silent)).toBe('');
    const open = connect(listener.port, HOST);
    await once(open, 'connect');
    open.on('error', () => undefined);
    await listener.close();
    listener = undefined;
    await once(open, 'close');
    expect(open.destroyed).toBe(true);
  });

  it('survives a client that resets its connection', async () => {
    listener = await listenEchoTcp({ host: HOST, port: 0 }, 'pod a');
    const socket = connect(listener.port, HOST);
    await once(socket, 'connect');
    socket.write('x');
    socket.resetAndDestroy();
    expect((await fetch(`http://${HOST}:${listener.port}/`)).status).toBe(200);
  });

  it('rejects a port that is taken', async () => {
    listener = await listenEchoTcp({ host: HOST, port: 0 }, 'pod a');
    await expect(listenEchoTcp({ host: HOST, port: listener.port }, 'pod b')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('listenEchoUdp', () => {
  it('sends each datagram back behind a line that says who answers', async () => {
    listener = await listenEchoUdp({ host: HOST, port: 0 }, 'pod a');
    const client = createSocket('udp4');
    client.send('hello', listener.port, HOST);
    const [message] = (await once(client, 'message')) as [Buffer];
    client.close();
    expect(message.toString()).toBe('pod a\nhello');
  });
});

import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, it } from '@jest/globals';
import { decode, encode, type Packet } from 'dns-packet';
import { systemClock } from '../../../src/base/clock.ts';
import { createNameServerAsker, type NameServer } from '../../../src/cluster-dns/ask-name-server.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { rejection } from '../../helpers/thrown.ts';

const NAME = 'dns-version.clusterset.local';
const QUESTION = { name: NAME, type: 'TXT' } as const;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A name server on loopback that answers each query with these messages. */
async function serve(answer: (query: Packet) => readonly Buffer[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (message, { port, address }) => {
    for (const reply of answer(decode(message))) socket.send(reply, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: '127.0.0.1', port: socket.address().port };
}

const txt = ({ id = 0, questions = [] }: Packet, text: string): Buffer => encode({ type: 'response', id, questions, answers: [{ type: 'TXT', name: NAME, ttl: 5, data: text }] });
const signal = new AbortController().signal;
const ask = createNameServerAsker(systemClock, 5_000);

describe('createNameServerAsker', () => {
  it('asks for the TXT record of the name, once, and gives its text', async () => {
    const asked: unknown[] = [];
    const server = await serve((query) => {
      asked.push(query.questions?.[0]);
      return [txt(query, '1.0.0')];
    });
    expect(await ask(server, QUESTION, signal)).toEqual({ rcode: 'NOERROR', text: '1.0.0' });
    expect(asked).toEqual([expect.objectContaining({ type: 'TXT', name: NAME })]);
  });

  it('tells a name that does not exist from one without text', async () => {
    const NXDOMAIN = 3;
    const missing = await serve(({ id = 0, questions = [] }) => [encode({ type: 'response', id, flags: NXDOMAIN, questions })]);
    const empty = await serve(({ id = 0, questions = [] }) => [encode({ type: 'response', id, questions })]);
    expect(await ask(missing, QUESTION, signal)).toEqual({ rcode: 'NXDOMAIN', text: undefined });
    expect(await ask(empty, QUESTION, signal)).toEqual({ rcode: 'NOERROR', text: undefined });
  });

  it('passes over what is no answer to this question: garbage, another id, a query', async () => {
    const server = await serve((query) => {
      const foreign = txt({ ...query, id: ((query.id ?? 0) + 1) % 65_536 }, 'foreign');
      return [Buffer.from('garbage'), foreign, encode({ type: 'query', id: query.id ?? 0, questions: query.questions ?? [] }), txt(query, '1.0.0')];
    });
    expect((await ask(server, QUESTION, signal)).text).toBe('1.0.0');
  });

  it('gives up where no answer comes in time, or the signal fires', async () => {
    const server = await serve(() => []);
    const clock = new FakeClock();
    const late = rejection(createNameServerAsker(clock, 2_000)(server, QUESTION, signal));
    await clock.advance(2_000);
    expect(await late).toMatchObject({ message: 'no answer' });
    const abort = new AbortController();
    const stopped = rejection(ask(server, QUESTION, abort.signal));
    abort.abort(new Error('enough'));
    expect(await stopped).toMatchObject({ message: 'enough' });
    expect(await rejection(ask(server, QUESTION, abort.signal))).toMatchObject({ message: 'enough' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { decode, encode, type Packet } from 'dns-packet';
import { createExternalLookup, type ExternalLookup } from '../../../../src/dns/gateways/external-lookup.ts';

/** Answers of a name server of the world outside, by name and type; rcodes as numbers. */
const WORLD: Readonly<Record<string, object[] | number>> = {
  'lb.example.com A': [{ type: 'A', name: 'lb.example.com', ttl: 60, data: '203.0.113.1' }, { type: 'A', name: 'lb.example.com', ttl: 30, data: '203.0.113.2' }],
  'lb.example.com AAAA': [{ type: 'AAAA', name: 'lb.example.com', ttl: 90, data: '2001:db8::1' }],
  'v4.example.com AAAA': [],
  'gone.example.com A': 3,
  'broken.example.com A': 2,
};

describe('createExternalLookup()', () => {
  let server: Socket;
  let lookup: ExternalLookup;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createSocket('udp4');
    server.on('message', (message, { port, address }) => {
      const { id = 0, questions = [] } = decode(message);
      asked.push(questions[0]?.name ?? '');
      const answer = WORLD[`${questions[0]?.name} ${questions[0]?.type}`] ?? 5;
      const packet: unknown = { type: 'response', id, flags: 0x0180 | (typeof answer === 'number' ? answer : 0), questions, answers: typeof answer === 'number' ? [] : answer };
      server.send(encode(packet as Packet), port, address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    lookup = createExternalLookup(resolver);
  });
  afterAll(() => {
    lookup.close();
    server.close();
  });

  it('has the addresses of a family, with the shortest life among them', async () => {
    expect(await lookup.lookUp('lb.example.com', 'IPv4')).toEqual({ kind: 'addresses', addresses: expect.arrayContaining(['203.0.113.1', '203.0.113.2']), ttl: 30 });
    expect(await lookup.lookUp('lb.example.com', 'IPv6')).toEqual({ kind: 'addresses', addresses: ['2001:db8::1'], ttl: 90 });
  });

  it('tells a name without addresses from one that does not exist, and both from no answer', async () => {
    expect([await lookup.lookUp('v4.example.com', 'IPv6'), await lookup.lookUp('gone.example.com', 'IPv4')]).toEqual([{ kind: 'noData' }, { kind: 'noName' }]);
    await expect(lookup.lookUp('broken.example.com', 'IPv4')).rejects.toMatchObject({ code: 'ESERVFAIL' });
    await expect(lookup.lookUp('refused.example.com', 'IPv4')).rejects.toMatchObject({ code: 'EREFUSED' });
  });

  it('asks for whole names only, never with a search path', () => {
    expect(asked.filter((name) => !name.endsWith('.example.com'))).toEqual([]);
  });
});

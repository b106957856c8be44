import { describe, expect, it } from '@jest/globals';
import type { CableEndpointSpec } from '../../../../src/api/types/index.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { decidePath, fallbackPath, needsDiscovery, PRIVATE_HEAD_START_MS } from '../../../../src/gateway/nat/decide-path.ts';
import { NatDiscovery } from '../../../../src/gateway/nat/nat-discovery.ts';
import { answerNatRequest, decodeNatMessage, encodeNatMessage, type NatMessage } from '../../../../src/gateway/nat/nat-message.ts';
import type { openUdpSocket, UdpSocketOptions } from '../../../../src/gateway/udp-socket.ts';
import { readRemoteEnd, type RemoteEnd } from '../../../../src/gateway/view/remote-end.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

const SPEC: CableEndpointSpec = {
  cluster_id: 'west', cable_name: 'cable-west', hostname: 'w1', subnets: ['10.2.0.0/16'], private_ip: '10.0.0.2', public_ip: '1.2.3.4', nat_enabled: true, backend: 'loopback', backend_config: {},
};

function endOf(more: Partial<CableEndpointSpec> = {}): RemoteEnd {
  const read = readRemoteEnd({ ...SPEC, ...more }, 'loopback');
  if ('problem' in read) throw new Error(read.problem);
  return read.end;
}

describe('decidePath', () => {
  const PRIVATE = { address: '10.0.0.2', port: 4500, usingNAT: false };
  const PUBLIC = { address: '1.2.3.4', port: 4500, usingNAT: true };
  it.each([
    ['nothing has answered: the public address, for now, however long', {}, 3_600_000, { path: PUBLIC, isFinal: false, isProven: false }],
    ['the private address has answered', { privateAt: 5 }, 5, { path: PRIVATE, isFinal: true, isProven: true }],
    ['the public one has answered: the private one has a moment left', { publicAt: 5 }, 5, { path: PUBLIC, isFinal: false, isProven: true, againAt: 5 + PRIVATE_HEAD_START_MS }],
    ['the public one alone has answered', { publicAt: 5 }, 5 + PRIVATE_HEAD_START_MS, { path: PUBLIC, isFinal: true, isProven: true }],
    ['both have answered, the private one later', { publicAt: 5, privateAt: 300 }, 300, { path: PRIVATE, isFinal: true, isProven: true }],
  ])('%s', (_when, answers, now, decision) => {
    expect(decidePath(endOf(), answers, now)).toEqual(decision);
  });

  it('fallbackPath is private where the other side has no NAT, or no public address', () => {
    expect(fallbackPath(endOf({ nat_enabled: false }))).toEqual(PRIVATE);
    expect(fallbackPath(endOf({ public_ip: '' }))).toEqual(PRIVATE);
  });

  it('needsDiscovery asks both sides', () => {
    expect([needsDiscovery(endOf(), true), needsDiscovery(endOf(), false), needsDiscovery(endOf({ nat_enabled: false }), true)]).toEqual([true, false, false]);
  });
});

describe('NAT messages', () => {
  const request: NatMessage = { type: 'request', nonce: 'a'.repeat(32), to: 'cable-west', from: 'cable-east', cluster: 'west' };

  it('are read as they were written', () => {
    expect(decodeNatMessage(encodeNatMessage(request))).toEqual(request);
  });

  it('answerNatRequest answers for the named cable only, and no longer than it was asked', () => {
    const answer = answerNatRequest(request, { cable: 'cable-west', cluster: 'west' });
    expect(answer).toEqual({ ...request, type: 'answer', to: 'cable-east', from: 'cable-west' });
    expect(encodeNatMessage(answer ?? request).length).toBeLessThanOrEqual(encodeNatMessage(request).length);
    expect(answerNatRequest(request, { cable: 'cable-west-2', cluster: 'west' })).toBeUndefined();
    expect(answerNatRequest(request, { cable: 'cable-west', cluster: 'north' })).toBeUndefined();
    expect(answerNatRequest({ ...request, type: 'answer' }, { cable: 'cable-west', cluster: 'west' })).toBeUndefined();
  });

  it.each(['', 'null', '[]', '{}', '"x"', '{"version":2}', JSON.stringify({ ...request, version: 1, nonce: 'x' }), JSON.stringify({ ...request, version: 1, to: 1 }), JSON.stringify({ ...request, version: 1, from: 'x'.repeat(900) })])('decodeNatMessage gives nothing for %s', (text) => {
    expect(decodeNatMessage(Buffer.from(text))).toBeUndefined();
  });
});

describe('NatDiscovery', () => {
  const IDENTITY = { cable: 'cable-east', cluster: 'east', address: '0.0.0.0', port: 4490 };

  async function start(natt = true, remembered?: string): Promise<{ clock: FakeClock; discovery: NatDiscovery; asked: () => { address: string; message: NatMessage }[]; answer: (address: string) => void; hear: (address: string) => void; changes: () => number }> {
    const clock = new FakeClock();
    const sent: { address: string; message: NatMessage }[] = [];
    let socket: UdpSocketOptions | undefined;
    let changes = 0;
    const openSocket: typeof openUdpSocket = (options) => {
      socket = options;
      const send = (packet: Buffer, _port: number, address: string): void => {
        const message = decodeNatMessage(packet);
        if (message !== undefined) sent.push({ address, message });
      };
      return Promise.resolve({ port: options.port, send, close: () => Promise.resolve() });
    };
    const discovery = new NatDiscovery({ natt, clock, logger: silentLogger, remembered: () => remembered, onChange: () => { changes += 1; }, openSocket });
    await discovery.serveAs(IDENTITY);
    const answer = (address: string): void => {
      const { message } = sent.findLast((each) => each.address === address && each.message.type === 'request') ?? {};
      if (message === undefined) throw new Error(`nobody asked ${address}`);
      const reply = answerNatRequest(message, { cable: message.to, cluster: message.cluster }) ?? message;
      socket?.onMessage(encodeNatMessage(reply), { address, port: 4490, family: 'IPv4', size: 0 });
    };
    let reported = 0;
    const asked = (): { address: string; message: NatMessage }[] => {
      const fresh = sent.slice(reported);
      reported = sent.length;
      return fresh;
    };
    const hear = (address: string): void => {
      const question: NatMessage = { type: 'request', nonce: 'b'.repeat(32), to: IDENTITY.cable, from: 'cable-west', cluster: IDENTITY.cluster };
      socket?.onMessage(encodeNatMessage(question), { address, port: 4490, family: 'IPv4', size: 0 });
    };
    return { clock, discovery, asked, answer, hear, changes: () => changes };
  }

  it('asks both addresses at once, again every 2 s, and no more once the private one has answered', async () => {
    const { clock, discovery, answer, asked } = await start();
    discovery.follow([endOf()]);
    expect(discovery.result('cable-west')?.doubt).toBe('NAT discovery: neither 10.0.0.2 nor 1.2.3.4 answers at UDP port 4490; using 1.2.3.4');
    await clock.advance(2_000);
    answer('10.0.0.2');
    expect(discovery.result('cable-west')).toEqual({ path: { address: '10.0.0.2', port: 4500, usingNAT: false }, doubt: '' });
    expect(asked().map(({ address }) => address)).toEqual(['10.0.0.2', '1.2.3.4', '10.0.0.2', '1.2.3.4']);
    await clock.advance(120_000);
    expect(asked()).toEqual([]);
  });

  it('asks for ever, slowly after a minute, and uses what answers then', async () => {
    const { clock, discovery, asked, answer } = await start();
    discovery.follow([endOf()]);
    await clock.advance(59_000);
    expect(asked()).toHaveLength(60);
    await clock.advance(3_600_000);
    expect(asked().length).toBeGreaterThan(200);
    expect(discovery.result('cable-west')?.path).toMatchObject({ address: '1.2.3.4', usingNAT: true });
    await clock.advance(31_000);
    answer('10.0.0.2');
    expect(discovery.result('cable-west')).toEqual({ path: { address: '10.0.0.2', port: 4500, usingNAT: false }, doubt: '' });
    expect(clock.pending).toBe(0);
  });

  it('asks back a gateway that asks, but no more often than usual, and believes only its answer', async () => {
    const { clock, discovery, asked, answer, hear } = await start();
    discovery.follow([endOf()]);
    await clock.advance(90_000);
    asked();
    await clock.advance(3_000);
    for (let count = 0; count < 5; count += 1) hear('10.0.0.2');
    expect(asked().filter(({ message }) => message.type === 'request').map(({ address }) => address)).toEqual(['10.0.0.2', '1.2.3.4']);
    expect(discovery.result('cable-west')?.doubt).not.toBe('');
    discovery.follow([endOf()]);
    await clock.advance(2_000);
    hear('10.0.0.2');
    answer('10.0.0.2');
    expect(discovery.result('cable-west')).toMatchObject({ path: { address: '10.0.0.2' }, doubt: '' });
  });

  it('names only what it could ask', async () => {
    const { discovery } = await start();
    discovery.follow([endOf({ public_ip: 'fd00::1' })]);
    expect(discovery.result('cable-west')?.doubt).toBe('NAT discovery: no answer from 10.0.0.2 at UDP port 4490; using fd00::1');
  });

  it('keeps a result while the Endpoint says the same, and searches anew where it does not', async () => {
    const { clock, discovery, answer, asked } = await start();
    discovery.follow([endOf()]);
    answer('10.0.0.2');
    asked();
    discovery.follow([endOf({ subnets: ['10.3.0.0/16'] })]);
    expect(asked()).toEqual([]);
    discovery.follow([endOf({ public_ip: '5.6.7.8' })]);
    expect(asked().map(({ address }) => address)).toEqual(['10.0.0.2', '5.6.7.8']);
    discovery.follow([]);
    expect(discovery.result('cable-west')).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('asks again, and again every 30 s, as long as the path that was found is broken', async () => {
    const { clock, discovery, answer, asked, changes } = await start();
    discovery.follow([endOf()]);
    answer('10.0.0.2');
    const before = changes();
    asked();
    discovery.setBroken('cable-west', true);
    expect(asked()).toHaveLength(2);
    expect(discovery.result('cable-west')?.path.address).toBe('10.0.0.2');
    expect(changes()).toBe(before);
    discovery.follow([endOf()]);
    await clock.advance(2_000);
    answer('10.0.0.2');
    asked();
    await clock.advance(30_000);
    expect(asked().map(({ address }) => address)).toEqual(['10.0.0.2', '1.2.3.4']);
    answer('1.2.3.4');
    expect(discovery.result('cable-west')?.path.address).toBe('10.0.0.2');
    await clock.advance(PRIVATE_HEAD_START_MS);
    expect(discovery.result('cable-west')).toMatchObject({ path: { address: '1.2.3.4', usingNAT: true }, doubt: '' });
    discovery.setBroken('cable-west', false);
    await clock.advance(120_000);
    expect(asked()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('uses after a restart what was used before it', async () => {
    const { discovery } = await start(true, '10.0.0.2');
    discovery.follow([endOf()]);
    expect(discovery.result('cable-west')?.path.address).toBe('10.0.0.2');
  });

  it('sends nothing without NAT', async () => {
    const { clock, discovery, asked } = await start(false);
    discovery.follow([endOf()]);
    await clock.advance(10_000);
    expect(asked()).toEqual([]);
    expect(discovery.result('cable-west')).toEqual({ path: { address: '10.0.0.2', port: 4500, usingNAT: false }, doubt: '' });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { CableEndpointSpec } from '../../../../src/api/types/index.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { decidePath, fallbackPath, GIVE_UP_MS, needsDiscovery, PRIVATE_HEAD_START_MS } from '../../../../src/gateway/nat/decide-path.ts';
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
    ['nothing has answered: the public address, for now', {}, 1_000, { path: PUBLIC, isFinal: false, isProven: false, againAt: GIVE_UP_MS }],
    ['nothing has answered for a minute: the public address, for good', {}, GIVE_UP_MS, { path: PUBLIC, isFinal: true, isProven: false }],
    ['the private address has answered', { privateAt: 5 }, 5, { path: PRIVATE, isFinal: true, isProven: true }],
    ['the public one has answered: the private one has a moment left', { publicAt: 5 }, 5, { path: PUBLIC, isFinal: false, isProven: true, againAt: 5 + PRIVATE_HEAD_START_MS }],
    ['the public one alone has answered', { publicAt: 5 }, 5 + PRIVATE_HEAD_START_MS, { path: PUBLIC, isFinal: true, isProven: true }],
    ['both have answered, the private one later', { publicAt: 5, privateAt: 300 }, 300, { path: PRIVATE, isFinal: true, isProven: true }],
  ])('%s', (_when, answers, now, decision) => {
    expect(decidePath(endOf(), { startedAt: 0, ...answers }, now)).toEqual(decision);
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

  async function start(natt = true, remembered?: string): Promise<{ clock: FakeClock; discovery: NatDiscovery; asked: () => { address: string; message: NatMessage }[]; answer: (address: string) => void; changes: () => number }> {
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
      const { message } = sent.findLast((each) => each.address === address) ?? {};
      if (message === undefined) throw new Error(`nobody asked ${address}`);
      const reply = answerNatRequest(message, { cable: message.to, cluster: message.cluster }) ?? message;
      socket?.onMessage(encodeNatMessage(reply), { address, port: 4490, family: 'IPv4', size: 0 });
    };
    return { clock, discovery, asked: () => sent.splice(0), answer: (address) => answer(address), changes: () => changes };
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

  it('gives up after a minute', async () => {
    const { clock, discovery, asked } = await start();
    discovery.follow([endOf()]);
    await clock.advance(59_000);
    expect(asked()).toHaveLength(60);
    await clock.advance(60_000);
    expect(asked()).toEqual([]);
    expect(discovery.result('cable-west')?.path).toMatchObject({ address: '1.2.3.4', usingNAT: true });
    expect(clock.pending).toBe(0);
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

  it('recheck asks again and uses what was found meanwhile', async () => {
    const { discovery, answer, asked, changes } = await start();
    discovery.follow([endOf()]);
    answer('10.0.0.2');
    const before = changes();
    asked();
    discovery.recheck('cable-west');
    expect(asked()).toHaveLength(2);
    expect(discovery.result('cable-west')?.path.address).toBe('10.0.0.2');
    expect(changes()).toBe(before);
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

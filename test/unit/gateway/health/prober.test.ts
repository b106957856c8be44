import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../../src/base/log.ts';
import { answerTo } from '../../../../src/probe/echo-packet.ts';
import { Prober } from '../../../../src/gateway/health/prober.ts';
import type { openUdpSocket } from '../../../../src/gateway/udp-socket.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';

interface Network {
  readonly clock: FakeClock;
  readonly prober: Prober;
  readonly states: string[];
  /** Source address of each socket, in the order of opening. */
  readonly opened: string[];
  /** Sockets that are open, by their place in that order. */
  readonly open: Set<number>;
  /** Whether what comes from a socket is answered. */
  answers: (socket: number) => boolean;
}

function createNetwork(): Network {
  const clock = new FakeClock();
  const states: string[] = [];
  const opened: string[] = [];
  const open = new Set<number>();
  const openSocket: typeof openUdpSocket = ({ address, onMessage }) => {
    const index = opened.push(address) - 1;
    open.add(index);
    const send = (packet: Buffer, port: number, target: string): void => {
      const answer = answerTo(packet);
      if (answer !== undefined && network.answers(index)) clock.schedule(() => onMessage(answer, { address: target, port, family: 'IPv4', size: answer.length }), 5);
    };
    return Promise.resolve({ port: index, send, close: () => Promise.resolve(void open.delete(index)) });
  };
  const prober = new Prober({ intervalMs: 1_000, maxLost: 5, clock, logger: silentLogger, onChange: (name, state) => states.push(`${name} ${state}`), openSocket });
  const network: Network = { clock, prober, states, opened, open, answers: () => true };
  return network;
}

const WEST = { name: 'west', address: '10.2.0.1', port: 4491 };
const NORTH = { name: 'north', address: '10.3.0.1', port: 4491 };

describe('Prober', () => {
  it('takes a port for each path, and gives them back', async () => {
    const { clock, prober, states, open } = createNetwork();
    await prober.useSources({ IPv4: '10.1.0.1' });
    prober.follow([WEST, NORTH]);
    await clock.advance(3_000);
    expect(states.toSorted()).toEqual(['north connected', 'west connected']);
    expect(open.size).toBe(2);
    prober.follow([WEST]);
    await clock.advance(10);
    expect(open.size).toBe(1);
    await prober.stop();
    expect([open.size, clock.pending]).toEqual([0, 0]);
  });

  it('a path whose first packets got a wrong address for good is found to work from another port', async () => {
    const network = createNetwork();
    network.answers = (socket) => socket > 0;
    await network.prober.useSources({ IPv4: '10.1.0.1' });
    network.prober.follow([WEST]);
    await network.clock.advance(10_000);
    expect(network.states).toEqual(['west error', 'west connected']);
    expect(network.open).toEqual(new Set([1]));
  });

  it('tries one port after the other while a path is broken, and stays with one that is answered', async () => {
    const network = createNetwork();
    await network.prober.useSources({ IPv4: '10.1.0.1' });
    network.prober.follow([WEST]);
    await network.clock.advance(10_000);
    expect(network.opened).toHaveLength(1);
    network.answers = () => false;
    await network.clock.advance(60_000);
    expect(network.opened.length).toBeGreaterThan(5);
    expect(network.open.size).toBe(1);
    network.answers = () => true;
    await network.clock.advance(3_000);
    const ports = network.opened.length;
    await network.clock.advance(60_000);
    expect([network.opened.length, network.prober.status('west')?.state]).toEqual([ports, 'connected']);
  });

  it('says that there is no address to send from, and begins when there is one', async () => {
    const { clock, prober, opened } = createNetwork();
    prober.follow([WEST]);
    await clock.advance(2_000);
    expect(prober.status('west')?.reason).toContain('there is no address to send from');
    await prober.useSources({ IPv4: '10.1.0.7' });
    await clock.advance(2_000);
    expect([prober.status('west')?.state, opened]).toEqual(['connected', ['10.1.0.7']]);
  });
});

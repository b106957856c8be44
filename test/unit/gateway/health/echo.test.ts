import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { answerTo, decodeAnswer, ECHO_BYTES, encodeRequest } from '../../../../src/probe/echo-packet.ts';
import { EchoServer } from '../../../../src/gateway/health/echo-server.ts';
import { formatGoDuration } from '../../../../src/gateway/health/go-duration.ts';
import { Prober } from '../../../../src/gateway/health/prober.ts';
import { RoundTrips, toRoundTripTimes } from '../../../../src/gateway/health/round-trips.ts';
import { openUdpSocket } from '../../../../src/gateway/udp-socket.ts';
import { eventually } from '../../../helpers/eventually.ts';

describe('echo packets', () => {
  const request = encodeRequest({ session: 0x1234567890abcdefn, sequence: 7 });

  it('answerTo gives back what was asked, in a packet of the same size', () => {
    const answer = answerTo(request) ?? Buffer.alloc(0);
    expect(answer).toHaveLength(request.length);
    expect(decodeAnswer(answer)).toEqual({ session: 0x1234567890abcdefn, sequence: 7 });
  });

  it.each([
    ['an answer', answerTo(request) ?? Buffer.alloc(0)],
    ['nothing', Buffer.alloc(0)],
    ['less', request.subarray(0, ECHO_BYTES - 1)],
    ['more', Buffer.concat([request, Buffer.alloc(1)])],
    ['something else', Buffer.alloc(ECHO_BYTES, 0x41)],
  ])('answerTo does not answer %s', (_what, packet) => {
    expect(answerTo(packet)).toBeUndefined();
  });

  it('decodeAnswer takes no request for an answer', () => {
    expect(decodeAnswer(request)).toBeUndefined();
  });
});

describe('formatGoDuration', () => {
  it.each([
    [0, '0s'], [0.000_512, '512ns'], [0.0125, '12.5µs'], [0.999_999, '999.999µs'], [1.234, '1.234ms'], [1.234_567, '1.234567ms'],
    [999, '999ms'], [1_500, '1.5s'], [60_000, '1m0s'], [90_500, '1m30.5s'], [3_600_000, '1h0m0s'],
  ])('writes %f ms as Go does', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });
});

describe('RoundTrips', () => {
  it('looks back upon the last 1,000', () => {
    const trips = new RoundTrips();
    expect(trips.figures()).toBeUndefined();
    trips.add(100);
    for (let count = 0; count < 500; count += 1) {
      trips.add(1);
      trips.add(3);
    }
    const figures = trips.figures() ?? { last: 0, min: 0, average: 0, max: 0, stdDev: 0 };
    expect(figures).toEqual({ last: 3, min: 1, average: 2, max: 3, stdDev: 1 });
    expect(toRoundTripTimes(figures)).toEqual({ last: '3ms', min: '1ms', average: '2ms', max: '3ms', stdDev: '1ms' });
  });
});

describe('Prober and EchoServer', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function freePort(address: string): Promise<number> {
    const socket = await openUdpSocket({ address, port: 0, onMessage: () => undefined, onError: () => undefined });
    await socket.close();
    return socket.port;
  }

  it('find a path from one address to another, and its end', async () => {
    const port = await freePort('127.9.9.1');
    const server = new EchoServer(port, silentLogger);
    const states: string[] = [];
    const prober = new Prober({ intervalMs: 40, maxLost: 3, clock: systemClock, logger: silentLogger, onChange: (name, state) => states.push(`${name} ${state}`) });
    ends.push(() => prober.stop(), () => server.listenOn(undefined));
    await server.listenOn('127.9.9.1');
    await prober.useSources({ IPv4: '127.9.9.2' });
    prober.follow([{ name: 'west', address: '127.9.9.1', port }]);
    await eventually(() => states.includes('west connected'));
    await server.listenOn(undefined);
    await eventually(() => states.at(-1) === 'west error');
    expect(prober.status('west')?.reason).toMatch(/^no answer from 127\.9\.9\.1 for /);
    prober.follow([]);
    expect(prober.status('west')).toBeUndefined();
  });

  it('EchoServer says why it cannot answer', async () => {
    const taken = await openUdpSocket({ address: '127.9.9.3', port: 0, onMessage: () => undefined, onError: () => undefined });
    ends.push(() => taken.close());
    const server = new EchoServer(taken.port, silentLogger);
    await server.listenOn('127.9.9.3');
    expect(server.problem).toContain(`Cannot answer probes at 127.9.9.3:${taken.port}`);
  });
});

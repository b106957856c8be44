import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { familyOf } from '../../api/cidr.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { decodeAnswer, encodeRequest } from '../echo-packet.ts';
import { summarize } from '../statistics.ts';
import type { EchoAnswer, EchoTarget } from './paths-request.ts';

const REQUESTS = 10;
/** An answer that takes longer counts as none, ms. */
const PATIENCE_MS = 1_000;

/** Sends requests to what answers probes of gateways, spread over the window, and times the answers. */
export async function measureEcho({ host, port }: EchoTarget, windowMs: number, clock: Clock): Promise<EchoAnswer> {
  const session = randomBytes(8).readBigUInt64BE();
  const sentAt: number[] = [];
  const times = new Map<number, number>();
  const socket = createSocket({ type: familyOf(host) === 'IPv6' ? 'udp6' : 'udp4' });
  socket.on('error', () => undefined); // what is not answered is counted
  socket.on('message', (packet) => {
    const echo = decodeAnswer(packet);
    const begun = sentAt[echo?.sequence ?? -1];
    if (echo?.session !== session || begun === undefined || times.has(echo.sequence)) return;
    times.set(echo.sequence, clock.monotonic() - begun);
  });
  for (let sequence = 0; sequence < REQUESTS; sequence += 1) {
    sentAt.push(clock.monotonic());
    socket.send(encodeRequest({ session, sequence }), port, host, () => undefined);
    await sleep(clock, Math.max(0, windowMs - PATIENCE_MS) / REQUESTS);
  }
  if (times.size < REQUESTS) await sleep(clock, PATIENCE_MS);
  socket.close();
  // the mean would be that of the pod's own start, when the machine is busy
  const median = summarize([...times.values()])?.p50;
  return { host, port, sent: REQUESTS, received: times.size, ...(median !== undefined && { medianMs: Math.round(median * 100) / 100 }) };
}

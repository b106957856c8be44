import { type Clock, sleep } from '../../base/clock.ts';
import { errorMessage } from '../../base/errors.ts';
import type { Exec } from '../../base/exec.ts';
import { watchPackets } from './packet-watch.ts';
import type { PathsRequest, PathsResult } from './paths-request.ts';
import { openSender, type Sender } from './send-datagrams.ts';

/** Datagrams of each flow: enough for one to come through where some get lost. */
export const DATAGRAMS = 10;
/** What was sent last is still on its way, ms. */
const ARRIVAL_MS = 300;

type Exchanged = Pick<PathsResult, 'sent' | 'seen' | 'blind'>;

async function sendAll(senders: readonly Sender[], windowMs: number, clock: Clock): Promise<void> {
  for (let count = 0; count < DATAGRAMS; count += 1) {
    for (const sender of senders) sender.send();
    await sleep(clock, windowMs / DATAGRAMS);
  }
  await sleep(clock, ARRIVAL_MS);
}

/**
 * Sends and watches for the whole window, since the others begin and end at other times. A node that
 * cannot watch sends nevertheless.
 */
export async function exchangeDatagrams(exec: Exec, request: PathsRequest, clock: Clock): Promise<Exchanged> {
  const { send, windowMs } = request;
  const watching = await watchPackets(exec, request, clock).then((watch) => ({ watch }), (error: unknown) => ({ blind: errorMessage(error) }));
  const senders = await Promise.all(send.map(openSender));
  try {
    await sendAll(senders, windowMs, clock);
    const sent = senders.map((sender) => sender.finish());
    if ('blind' in watching) return { sent, seen: [], blind: watching.blind };
    return await watching.watch.read().then((seen) => ({ sent, seen }), (error: unknown) => ({ sent, seen: [], blind: errorMessage(error) }));
  } finally {
    if ('watch' in watching) await watching.watch.end();
  }
}

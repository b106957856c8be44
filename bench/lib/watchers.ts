/**
 * A program whose watches of EndpointSlices count the changes of `changeOf` that reach them, in a process of
 * its own so that neither the server nor the changes wait for it. Talks to its parent over IPC.
 */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { changeOf } from './mirror-services.ts';

/** From the parent: `last` changes have been made; the slow watch may read. */
export type WatchersOrder = { readonly changes: number } | { readonly resume: true };
/** To the parent, in this order. */
export type WatchersReport =
  | { readonly opened: true }
  /** Changes that a watch has not got, or not in their order, of all watches together. */
  | { readonly lost: number; readonly repeated: number; readonly ended: number }
  /** The code of the error that ended the slow watch; undefined: something else ended it. */
  | { readonly slowCode: number | undefined };

const { WATCH_URL = '', WATCH_CA = '', WATCH_TOKEN = '', WATCH_COUNT = '0' } = process.env;
const PATH = '/apis/discovery.k8s.io/v1/endpointslices';
const OPTIONS = { ca: WATCH_CA, headers: { authorization: `Bearer ${WATCH_TOKEN}` }, agent: false };
/** How long the last changes may be on their way. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;

interface Watch {
  next: number;
  lost: number;
  repeated: number;
  ended: boolean;
}

function open(query: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => void request(`${WATCH_URL}${PATH}?${query}`, OPTIONS, resolve).once('error', reject).end());
}

async function resourceVersion(): Promise<string> {
  const { metadata } = JSON.parse((await (await open('limit=1')).toArray()).join('')) as { readonly metadata: { readonly resourceVersion: string } };
  return metadata.resourceVersion;
}

function note(watch: Watch, line: string): void {
  const change = changeOf(line);
  if (change === undefined) return;
  if (change < watch.next) watch.repeated += 1;
  else {
    watch.lost += change - watch.next;
    watch.next = change + 1;
  }
}

async function follow(query: string): Promise<Watch> {
  const watch: Watch = { next: 0, lost: 0, repeated: 0, ended: false };
  const response = await open(query);
  let rest = '';
  response.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) note(watch, line);
  });
  response.once('close', () => (watch.ended = true)).once('error', () => undefined); // `close` tells
  return watch;
}

/** A watch that is open and that nobody reads. */
async function openSlow(query: string): Promise<IncomingMessage> {
  const response = await open(query);
  return response.pause();
}

async function readSlow(response: IncomingMessage): Promise<number | undefined> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('latin1') as AsyncIterable<string>) text = `${text}${chunk}`.slice(-4_000);
  } catch {
    return undefined; // it was cut without a word
  }
  const { type, object } = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as { readonly type: string; readonly object: { readonly code?: number } };
  return type === 'ERROR' ? object.code : undefined;
}

async function settle(watches: readonly Watch[], changes: number): Promise<WatchersReport> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end && watches.some(({ next, ended }) => next < changes && !ended)) await delay(POLL_MS);
  const sum = (figure: (watch: Watch) => number): number => watches.reduce((total, watch) => total + figure(watch), 0);
  return { lost: sum(({ lost, next }) => lost + changes - next), repeated: sum(({ repeated }) => repeated), ended: sum(({ ended }) => Number(ended)) };
}

function report(message: WatchersReport): void {
  process.send?.(message);
}

const query = `watch=true&resourceVersion=${await resourceVersion()}`;
const [slow, ...watches] = await Promise.all([openSlow(query), ...Array.from({ length: Number(WATCH_COUNT) }, () => follow(query))]);
process.on('message', (order: WatchersOrder) => {
  if ('changes' in order) void settle(watches, order.changes).then(report);
  else void readSlow(slow).then((slowCode) => report({ slowCode }));
});
process.once('disconnect', () => process.exit());
report({ opened: true });

import { once } from 'node:events';
import { join } from 'node:path';
import type { Netns } from './netns.ts';

const PROGRAM = join(import.meta.dirname, 'net-echo.mjs');
export const ECHO_PORT = 7000;

/** Starts a TCP server in a namespace that tells each client its address. */
export async function serveEcho(netns: Netns): Promise<void> {
  const child = netns.spawn(process.execPath, PROGRAM, 'serve', String(ECHO_PORT));
  await once(child.stdout!, 'data');
}

/** Sends so many bytes by TCP; resolves with the address that the server saw, or with what failed. */
export async function askEcho(from: Netns, host: string, bytes = 0): Promise<string> {
  const { stdout, stderr } = await from.exec(process.execPath, [PROGRAM, 'ask', host, String(ECHO_PORT), String(bytes)]);
  return (stdout + stderr).trim();
}

/** Sends three UDP packets from an address of the namespace. */
export async function sendPackets(from: Netns, source: string, host: string, port: number): Promise<void> {
  const { stderr, code } = await from.exec(process.execPath, [PROGRAM, 'send', source, host, String(port)]);
  if (code !== 0) throw new Error(`cannot send to ${host}: ${stderr}`);
}

/** Share of pings that come back, 0 to 1. */
export async function ping(from: Netns, host: string, ...options: readonly string[]): Promise<number> {
  const { stdout } = await from.exec('ping', ['-n', '-q', '-c', '3', '-i', '0.1', '-W', '1', ...options, host]);
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0) / 3;
}

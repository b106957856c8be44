import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findCoreDns } from '../../bench/lib/find-coredns.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcs-coredns-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The program, or undefined where none is installed: suites that need it are skipped by name then. */
export const coreDnsProgram = findCoreDns(resolve(import.meta.dirname, '../..'), folder);

export interface CoreDns {
  readonly port: number;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Runs CoreDNS on loopback; in the Corefile `:53` is its port, and `@KUBECONFIG@` the file with this kubeconfig. */
export async function startCoreDns(corefile: string, kubeconfig: string): Promise<CoreDns> {
  const port = await freePort();
  const config = join(folder, `kubeconfig-${port}`);
  const file = join(folder, `Corefile-${port}`);
  writeFileSync(config, kubeconfig);
  writeFileSync(file, corefile.replaceAll(':53 ', `:${port} `).replaceAll('@KUBECONFIG@', config));
  const child = spawn(coreDnsProgram ?? 'coredns', ['-conf', file], { stdio: 'ignore' });
  return { port, stop: () => end(child) };
}

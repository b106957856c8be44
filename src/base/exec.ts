import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, systemClock } from './clock.ts';
import { McsError } from './errors.ts';

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 127, as shells have it, where there is no such program. */
  readonly code: number;
}

/** Runs a program to its end. Rejects with the signal's reason, or with MCS_NETWORK_TIMEOUT where it does not end; a failure is a code. */
export type Exec = (command: string, args: readonly string[], options?: { readonly input?: string; readonly signal?: AbortSignal }) => Promise<ExecResult>;

/** Runs a program and hands over the lines of both its outputs; resolves when it ends, also by the signal. */
export type Follow = (command: string, args: readonly string[], onLine: (line: string) => void, signal: AbortSignal) => Promise<void>;

const NOT_FOUND = 127;
const SHARED_MEMORY = '/dev/shm';
/** Far longer than any of them takes: `wg` waits for ever for a wireguard-go that was stopped. */
const LIMIT_MS = 20_000;

export interface ExecOptions {
  /** What runs the programs elsewhere, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
  readonly clock?: Clock;
}

/**
 * Standard input as a file that has no name any more: `wg` opens /dev/stdin by its path, which the
 * kernel refuses for the sockets that Node makes. In memory, since keys pass here.
 */
function openInput(input: string): number {
  const folder = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'mcs-'));
  try {
    const path = join(folder, 'input');
    writeFileSync(path, input, { mode: 0o600 });
    return openSync(path, 'r');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function createExec({ prefix = [], clock = systemClock }: ExecOptions = {}): Exec {
  return (command, args, { input, signal } = {}) => {
    signal?.throwIfAborted();
    const [program = command, ...rest] = [...prefix, command, ...args];
    const stdin = input === undefined ? undefined : openInput(input);
    try {
      const child = spawn(program, rest, { stdio: [stdin ?? 'ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
      return endOf(child, [command, ...args].join(' '), clock, signal);
    } finally {
      if (stdin !== undefined) closeSync(stdin);
    }
  };
}

function endOf(child: ChildProcess, line: string, clock: Clock, signal: AbortSignal | undefined): Promise<ExecResult> {
  return new Promise<ExecResult>((resolve, reject) => {
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (chunk: string) => { output[name] += chunk; });
    // not awaited: what hangs in the kernel does not end by being killed
    const cancel = clock.schedule(() => {
      child.kill('SIGKILL');
      reject(new McsError('MCS_NETWORK_TIMEOUT', `Cannot wait for "${line}": it has not ended in ${LIMIT_MS / 1_000} s`));
    }, LIMIT_MS);
    child.on('error', (error) => {
      cancel();
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve({ ...output, stderr: error.message, code: NOT_FOUND });
    });
    child.on('close', (code) => {
      cancel();
      resolve({ ...output, code: code ?? 1 });
    });
  });
}

/** `prefix` is what runs the programs elsewhere, as in createExec. */
export function createFollow(prefix: readonly string[] = []): Follow {
  return (command, args, onLine, signal) => {
    if (signal.aborted) return Promise.resolve();
    const [program = command, ...rest] = [...prefix, command, ...args];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
    return new Promise((resolve) => {
      child.on('error', () => resolve());
      child.on('close', () => resolve());
    });
  };
}

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { type Clock, sleep } from '../../base/clock.ts';
import { McsError } from '../../base/errors.ts';
import { untilAborted } from '../../base/lifecycle.ts';
import { findState, isRunning, type SandboxPlace, type SandboxState } from './state.ts';

export interface StopOptions {
  readonly place: SandboxPlace;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface StopResult {
  readonly outcome: 'deleted' | 'unchanged';
  /** What ran, or had been left. */
  readonly state?: SandboxState;
}

const POLL_MS = 20;

/** Ends the process whose id and start stand in the state file, and removes the sandbox's folder. */
export async function stopBackground({ clock, place, signal, timeoutMs }: StopOptions): Promise<StopResult> {
  const state = await findState(place);
  if (state === undefined) {
    await rm(place.directory, { recursive: true, force: true });
    return { outcome: 'unchanged' };
  }
  if (await isRunning(state)) {
    process.kill(state.pid, 'SIGTERM');
    await waitForEnd(state, clock, clock.monotonic() + timeoutMs, signal);
  }
  await rm(place.directory, { recursive: true, force: true });
  return { outcome: 'deleted', state };
}

async function waitForEnd(state: SandboxState, clock: Clock, deadline: number, signal: AbortSignal): Promise<void> {
  while (await isRunning(state)) {
    if (clock.monotonic() >= deadline) {
      throw new McsError('MCS_TIMEOUT', `Cannot stop sandbox "${state.name}": process ${state.pid} has not ended yet`, { hints: [`kill -9 ${state.pid}`, `mcs sandbox down --name ${state.name}`] });
    }
    await sleep(clock, POLL_MS, signal);
  }
}

const CHILD_GRACE_MS = 5_000;

/** Ends a child process of ours: asks first. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), CHILD_GRACE_MS);
  await exited;
  clearTimeout(timer);
}

/** Waits until the signal, or until an attached process ends by itself; nothing of it is left then. */
export async function endWith(place: SandboxPlace, child: ChildProcess, signal: AbortSignal): Promise<void> {
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve();
  await Promise.race([exited, untilAborted(signal)]);
  await endChild(child);
  await rm(place.directory, { recursive: true, force: true });
}

import { type Clock, sleep, systemClock } from '../../base/clock.ts';
import type { Startable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/log.ts';
import { backoffDelay } from '../../base/retry.ts';
import type { Follow } from '../../base/exec.ts';
import { type HostFiles, hostFiles } from './host-files.ts';
import { troubleFile, wantedFile } from './wireguard-device.ts';

export interface WireguardSupervisorOptions {
  readonly follow: Follow;
  readonly logger: Logger;
  /** Shared with the agent, and where wireguard-go has its socket. */
  readonly folder: string;
  readonly device: string;
  readonly files?: HostFiles;
  readonly clock?: Clock;
}

const POLL_MS = 250;
const BACKOFF = { baseMs: 250, capMs: 10_000 };
const STEADY_MS = 10_000;
const KEPT_LINES = 5;

/**
 * Runs wireguard-go while the agent wants it. In a process of its own, so that tunnels live on while
 * the agent restarts.
 */
export function createWireguardSupervisor({ follow, logger, folder, device, files = hostFiles, clock = systemClock }: WireguardSupervisorOptions): Startable {
  let stopped: AbortController | undefined;
  let running: Promise<void> = Promise.resolve();
  const isWanted = async (): Promise<boolean> => (await files.read(wantedFile(folder, device))) !== undefined;
  const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(clock, ms, signal).catch(() => undefined); // loops see the signal

  /** Resolves when it has ended; false where that was its own doing. */
  async function runOnce(signal: AbortSignal): Promise<boolean> {
    const end = new AbortController();
    const last: string[] = [];
    const onLine = (line: string): void => {
      if (last.push(line) > KEPT_LINES) last.shift();
      logger.info(line, { device });
    };
    const child = follow('wireguard-go', ['-f', device], onLine, AbortSignal.any([signal, end.signal]));
    const over = new AbortController();
    const ended = child.then(() => over.abort());
    while (!over.signal.aborted && !signal.aborted) {
      await pause(POLL_MS, AbortSignal.any([over.signal, signal]));
      if (!(await isWanted())) end.abort();
    }
    await ended;
    const isOurs = signal.aborted || end.signal.aborted;
    if (!isOurs) await files.write(troubleFile(folder, device), `${last.join('\n')}\n`);
    return isOurs;
  }

  async function loop(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      if (!(await isWanted())) {
        failures = 0;
        await pause(POLL_MS, signal);
        continue;
      }
      const begun = clock.monotonic();
      await files.remove(troubleFile(folder, device));
      if (await runOnce(signal)) continue;
      failures = clock.monotonic() - begun > STEADY_MS ? 0 : failures + 1;
      await pause(backoffDelay(failures, BACKOFF), signal);
    }
  }

  return {
    name: 'wireguard-go',
    start: () => {
      if (stopped === undefined) {
        stopped = new AbortController();
        running = loop(stopped.signal);
      }
      return Promise.resolve();
    },
    stop: async () => {
      stopped?.abort();
      stopped = undefined;
      await running;
    },
  };
}

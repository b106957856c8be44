import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import { type Backoff, backoffDelay } from '../../base/retry.ts';
import { type ContainerRunner, type ContainerState, type ContainerStateDetail, CREATING } from './container-state.ts';
import type { HttpProbe, ProbeTimes } from './probe.ts';
import { startProbing } from './probe-loop.ts';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface ProcessContainerOptions {
  /** Script to run with this Node.js, and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** stdout and stderr are appended here. */
  readonly logPath: string;
  readonly restartPolicy: RestartPolicy;
  readonly readiness?: HttpProbe & ProbeTimes;
  readonly liveness?: HttpProbe & ProbeTimes;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const BACKOFF: Backoff = { baseMs: 400, capMs: 30_000 };
/** A container that ran this long starts its backoff anew. */
const STABLE_MS = 60_000;
const LIVENESS_GRACE_MS = 5_000;

/**
 * Loaded before the agent: its stdin is a pipe from the kubelet, so it ends when the kubelet's
 * process does, however that ended, and no agent is left behind.
 */
const ORPHAN_GUARD = `data:text/javascript,${encodeURIComponent("process.stdin.on('error',()=>process.exit(1)).on('end',()=>process.exit(1)).resume();process.stdin.unref()")}`;

/** Runs a container of our own image as a local process, and starts it again when it ends. */
export class ProcessContainer implements ContainerRunner {
  readonly #options: ProcessContainerOptions;
  #state: ContainerState = CREATING;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #startedAt = 0;
  #attempt = 0;
  #stopped = false;
  readonly #cancels = new Set<() => void>();

  constructor(options: ProcessContainerOptions) {
    this.#options = options;
  }

  get state(): ContainerState {
    return this.#state;
  }

  /** Process id, for tests and status. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): Promise<void> {
    this.#launch();
    return Promise.resolve();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelAll();
    await this.#terminate(graceMs);
  }

  #launch(): void {
    const { argv, clock, cwd, env, logPath } = this.#options;
    const log = openSync(logPath, 'a', 0o600);
    const child = spawn(process.execPath, ['--import', ORPHAN_GUARD, ...argv], { cwd, env, stdio: ['pipe', log, log] });
    closeSync(log);
    child.stdin?.on('error', () => undefined); // the process ended first
    this.#child = child;
    this.#startedAt = clock.now();
    this.#exited = new Promise((resolve) => {
      const onEnd = (code: number | null, signal: string | null): void => {
        resolve();
        if (this.#child === child) this.#onExit(code ?? (signal === null ? 127 : 128 + signalNumber(signal)));
      };
      child.once('exit', onEnd);
      child.once('error', () => {
        if (child.pid === undefined) onEnd(127, null);
      });
    });
    this.#set({ ready: this.#options.readiness === undefined, state: { running: { startedAt: this.#time(this.#startedAt) } } });
    this.#probe();
  }

  #probe(): void {
    const { clock, liveness, readiness } = this.#options;
    if (readiness !== undefined) {
      const onResult = (ready: boolean): void => {
        if (ready !== this.#state.ready) this.#set({ ready, state: this.#state.state });
      };
      this.#cancels.add(startProbing({ probe: readiness, clock, eager: true, onResult }));
    }
    if (liveness !== undefined) {
      const onResult = (alive: boolean): void => {
        if (!alive) void this.#terminate(LIVENESS_GRACE_MS);
      };
      this.#cancels.add(startProbing({ probe: liveness, clock, eager: false, onResult }));
    }
  }

  #onExit(exitCode: number): void {
    const { clock, logPath, restartPolicy } = this.#options;
    this.#child = undefined;
    this.#cancelAll();
    const finished = clock.now();
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const message = exitCode === 0 ? '' : endOf(logPath);
    const terminated = { terminated: { reason, exitCode, ...(message !== '' && { message }), startedAt: this.#time(this.#startedAt), finishedAt: this.#time(finished) } };
    if (this.#stopped || restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && exitCode === 0)) {
      this.#set({ ready: false, state: terminated });
      return;
    }
    if (finished - this.#startedAt >= STABLE_MS) this.#attempt = 0;
    const delay = backoffDelay(this.#attempt, BACKOFF);
    this.#attempt += 1;
    const backOff = `back-off ${Math.round(delay)} ms restarting failed container`;
    this.#set({ ready: false, state: { waiting: { reason: 'CrashLoopBackOff', message: backOff } }, lastState: terminated });
    this.#cancels.add(
      clock.schedule(() => {
        this.#state = { ...this.#state, restartCount: this.#state.restartCount + 1 };
        this.#launch();
      }, delay),
    );
  }

  async #terminate(graceMs: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = this.#exited;
    child.kill('SIGTERM');
    const cancel = this.#options.clock.schedule(() => child.kill('SIGKILL'), graceMs);
    await exited;
    cancel();
  }

  #set(change: { ready: boolean; state: ContainerStateDetail; lastState?: ContainerStateDetail }): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onChange();
  }

  #cancelAll(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #time(ms: number): string {
    return new Date(ms).toISOString();
  }
}

/** What a kubelet keeps of a log by the policy FallbackToLogsOnError, which all our manifests have, bytes. */
const MESSAGE_BYTES = 2048;

function endOf(logPath: string): string {
  const log = openSync(logPath, 'r');
  try {
    const buffer = Buffer.alloc(MESSAGE_BYTES);
    const length = readSync(log, buffer, 0, MESSAGE_BYTES, Math.max(0, fstatSync(log).size - MESSAGE_BYTES));
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(log);
  }
}

function signalNumber(signal: string): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 1;
}

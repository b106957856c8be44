import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc (USER_HZ), the same on every Linux platform. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** A program, held to one core or not, whose use of the machine is read from /proc. */
export interface PinnedProcess {
  readonly name: string;
  readonly pid: number;
  /** performance.now() when it was started. */
  readonly begun: number;
  /** User and system time of all its threads so far, s. */
  cpuSeconds(): number;
  /** Time that its first thread was ready to run but had no core, so far, s. */
  waitedSeconds(): number;
  /** Memory in use now, MB. */
  rssMB(): number;
  stop(): Promise<void>;
}

export interface PinnedOptions {
  /** Default: any. */
  readonly core?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a program, on one core if that is given. What it printed is shown if it ends by itself. */
export function startPinned(name: string, argv: readonly string[], { core, env = process.env }: PinnedOptions): PinnedProcess {
  const begun = performance.now();
  const [program = '', ...args] = core === undefined ? argv : ['taskset', '--cpu-list', String(core), ...argv];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (text: string): void => {
    output = `${output}${text}`.slice(-4000);
  };
  child.stdout.setEncoding('utf8').on('data', collect);
  child.stderr.setEncoding('utf8').on('data', collect);
  child.once('exit', (code, signal) => {
    if (signal === null && code !== 0) console.error(`${name} ended with ${code}:\n${output}`);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot start ${argv.join(' ')}`);
  return { name, pid, begun, cpuSeconds: () => readCpuSeconds(pid), waitedSeconds: () => readWaitedSeconds(pid), rssMB: () => readRssMB(pid), stop: () => stopChild(child) };
}

/** Holds this process, all its threads, to one core. */
export function pinSelf(core: number): void {
  const { status, stderr } = spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot pin this process: ${stderr}`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Fields of /proc/PID/stat behind the name in parentheses, which may hold spaces: the first is field 3. */
function statFields(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readCpuSeconds(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The second number of schedstat, ns. */
function readWaitedSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
}

function readRssMB(pid: number): number {
  return (Number(statFields(pid)[21]) * PAGE_BYTES) / 1e6;
}

import { spawn } from 'node:child_process';
import { median } from './statistics.ts';

export interface Program {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs one whole process. Throws if it does not exit with 0. */
function runToEnd({ name, argv: [program = '', ...args], env }: Program): Promise<{ readonly ms: number; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: env ?? process.env });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ ms: performance.now() - begun, errors });
      else reject(new Error(`${name} ended with ${code}: ${errors.slice(0, 500)}`));
    });
  });
}

/** Its wall time, ms. */
export async function timeProcess(program: Program): Promise<number> {
  return (await runToEnd(program)).ms;
}

const TELL_PEAK = encodeURIComponent('process.on("exit", () => process.stderr.write(`\\npeak RSS ${process.resourceUsage().maxRSS} KB`))');

/** The most memory that a process of Node had at a time, MB. */
export async function peakMemory(program: Program): Promise<number> {
  const { errors } = await runToEnd({ ...program, env: { ...(program.env ?? process.env), NODE_OPTIONS: `--import data:text/javascript,${TELL_PEAK}` } });
  return Number(/peak RSS (\d+) KB/.exec(errors)?.[1]) / 1024;
}

/**
 * Medians of several programs, run in turn (A B C A B C ...) so that a change of the machine's
 * speed hits all of them alike. The first round warms up and does not count.
 */
export async function medianTimes(programs: readonly Program[], rounds: number): Promise<readonly number[]> {
  const samples = programs.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, program] of programs.entries()) {
      const time = await timeProcess(program);
      if (round > 0) samples[index]?.push(time);
    }
  }
  return samples.map(median);
}

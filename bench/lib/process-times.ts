import { spawn } from 'node:child_process';
import { median } from './statistics.ts';

export interface Program {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Wall time of one whole process, ms. Throws if it does not exit with 0. */
export function timeProcess({ name, argv: [program = '', ...args], env }: Program): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: env ?? process.env });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(performance.now() - begun);
      else reject(new Error(`${name} ended with ${code}: ${errors.slice(0, 500)}`));
    });
  });
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

/**
 * Runs command lines on the built program, one after the other in this process, and prints what
 * each wrote and its exit code: node run-lines.ts ROOT '[["show","all"],...]'. A process of its own
 * for each would take far longer.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface FinishedLine {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

async function run(main: (argv: readonly string[], root: string) => Promise<void>, argv: readonly string[], root: string): Promise<FinishedLine> {
  const texts = { stdout: '', stderr: '' };
  const originals = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string, ...rest: unknown[]) => {
      texts[name] += text;
      for (const callback of rest) if (typeof callback === 'function') (callback as () => void)();
      return true;
    };
  }
  process.exitCode = 0;
  await main(argv, root);
  for (const name of ['stdout', 'stderr'] as const) process[name].write = originals[name];
  return { ...texts, exitCode: process.exitCode };
}

const [root = '', lines = '[]'] = process.argv.slice(2);
const { main } = (await import(pathToFileURL(join(root, 'dist/cli/main.js')).href)) as { main: Parameters<typeof run>[0] };
const finished: FinishedLine[] = [];
for (const argv of JSON.parse(lines) as string[][]) finished.push(await run(main, argv, root));
process.exitCode = 0;
process.stdout.write(JSON.stringify(finished));

/** `npm run bench [-- cli|propagation|memory ...]`: each figure beside its bar; exits 1 where one is missed. */
import { resolve } from 'node:path';
import { benchCli } from './cli.ts';
import { formatOutcome, isMissed, type Outcome } from './lib/bar.ts';
import { type JoinedSandbox, startJoinedSandbox } from './lib/joined-sandbox.ts';
import { benchMemory } from './memory.ts';
import { benchPropagation } from './propagation.ts';

type Benchmark = (root: string, sandbox: JoinedSandbox) => Promise<readonly Outcome[]>;

const benchmarks: Readonly<Record<string, Benchmark>> = { cli: benchCli, memory: benchMemory, propagation: benchPropagation };

const root = resolve(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown.join('", "')}". Choose from ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
const names = asked.length > 0 ? asked : Object.keys(benchmarks);

let failed = false;
for (const name of names) {
  console.log(`\n${name}`);
  const sandbox = await startJoinedSandbox(root);
  try {
    for (const outcome of await (benchmarks[name] as Benchmark)(root, sandbox)) {
      console.log(`  ${formatOutcome(outcome)}`);
      failed ||= isMissed(outcome) || ('skipped' in outcome && asked.length > 0);
    }
  } finally {
    await sandbox.stop();
  }
}
process.exitCode = failed ? 1 : 0;

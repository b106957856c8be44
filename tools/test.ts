/** `npm test`: types and lint, then build, then all suites. Stops at the first stage that fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

type Program = readonly [name: string, args: readonly string[]];

/** Programs of a stage run at the same time: each of the first two works on one core. */
const stages: readonly (readonly Program[])[] = [
  [
    ['types', [bin('tsc'), '-p', 'tsconfig.json']],
    ['lint', [bin('eslint'), '--cache', '--cache-location', 'node_modules/.cache/eslint', '.']],
  ],
  [['build', [join(root, 'tools', 'build.ts')]]],
  [['suites', [join(root, 'tools', 'jest.ts'), ...process.argv.slice(2)]]],
];

async function run([name, args]: Program): Promise<number> {
  const begun = performance.now();
  const [code] = (await once(spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }), 'exit')) as [number | null];
  console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name}  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return code ?? 1;
}

for (const programs of stages) {
  const failed = (await Promise.all(programs.map(run))).find((code) => code !== 0);
  if (failed !== undefined) process.exit(failed);
}

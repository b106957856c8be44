/** `npm test`: types, lint, build, then all suites. Stops at the first stage that fails. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const stages: readonly (readonly [string, readonly string[]])[] = [
  ['types', [bin('tsc'), '-p', 'tsconfig.json']],
  ['lint', [bin('eslint'), '--cache', '--cache-location', 'node_modules/.cache/eslint', '.']],
  ['build', [join(root, 'tools', 'build.ts')]],
  ['suites', [join(root, 'tools', 'jest.ts'), ...process.argv.slice(2)]],
];

for (const [name, args] of stages) {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(status ?? 1);
}

/** node tools/jest.ts [unit|sandbox|contract|architecture]... [-- jest arguments]: runs suites of tests. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folders: Readonly<Record<string, string>> = { unit: 'test/unit', sandbox: 'test/sandbox', contract: 'test/contract', architecture: 'test/architecture.test.ts' };

const args = process.argv.slice(2).filter((arg) => arg !== '--');
const suites = args.filter((arg) => Object.hasOwn(folders, arg)).map((name) => folders[name] ?? name);
const rest = args.filter((arg) => !Object.hasOwn(folders, arg));
// Jest runs ES modules only under this flag
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(process.execPath, [...flags, join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...suites, ...rest], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

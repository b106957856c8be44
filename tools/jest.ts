/** node tools/jest.ts [unit|sandbox|contract|architecture]... [part of a file's name]... [jest options]: runs suites of tests. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folders: Readonly<Record<string, string>> = { unit: 'test/unit', sandbox: 'test/sandbox', contract: 'test/contract', architecture: 'test/architecture.test.ts' };

const args = process.argv.slice(2).filter((arg) => arg !== '--');
const suites = args.filter((arg) => Object.hasOwn(folders, arg)).map((name) => folders[name] ?? name);
const rest = args.filter((arg) => !Object.hasOwn(folders, arg));
const firstOption = rest.findIndex((arg) => arg.startsWith('-'));
const names = firstOption < 0 ? rest : rest.slice(0, firstOption);
const options = rest.slice(names.length);
// Jest takes several patterns for "any of them": a name narrows the suites
const patterns = suites.length > 0 && names.length > 0 ? suites.flatMap((suite) => names.map((name) => `${suite}.*${name}`)) : [...suites, ...names];
// Jest runs ES modules only under this flag
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(process.execPath, [...flags, join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...patterns, ...options], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

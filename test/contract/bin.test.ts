import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';
import { readSource } from '../helpers/source-graph.ts';
import { root } from '../helpers/built-program.ts';
import { hasKubectl } from '../helpers/kubectl.ts';

const source = readFileSync(join(root, 'bin/mcs.js'), 'utf8');

describe('the text of bin/mcs.js', () => {
  it('parses as a module of ES2022, which Node 18 knows', () => {
    expect(() => parseSync(source, { syntax: 'ecmascript', target: 'es2022' })).not.toThrow();
    // newer than that, and taken by the parser all the same
    expect(source).not.toMatch(/\bimport\b[^;]*\b(with|assert)\s*\{|^\s*(await )?using /m);
  });

  it('imports nothing but old modules of Node, before it has looked at the version', () => {
    const dynamic = ['<computed>', 'node:child_process'];
    expect(readSource('bin/mcs.js', source).imports.filter((name) => !dynamic.includes(name)).sort()).toEqual(['node:fs', 'node:module', 'node:path', 'node:url']);
  });
});

describe('bin/mcs.js', () => {
  let copy: string;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  };
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'mcs-bin-'));
    cpSync(join(root, 'bin'), join(copy, 'bin'), { recursive: true });
    write('package.json', '{"type":"module"}');
  });
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  /** A dist whose program only says that it was loaded, and with what. */
  const writeDist = (): void => {
    write('dist/cli/main.js', "export const main = (argv) => void console.log('loaded', JSON.stringify(argv));\n");
    write('dist/version.txt', 'mcs 1.2.3\n');
    write('dist/help.txt', 'root help\n');
    write('dist/help/show.txt', 'help of show\n');
    write('dist/help/show/all.txt', 'help of show all\n');
    write('secret.txt', 'secret\n');
  };

  /** Runs the copy; with `node` it believes to be on that version. */
  const run = (argv: readonly string[], node?: string): { status: number | null; stdout: string; stderr: string } => {
    write('fake.cjs', `if (!process.env.MCS_OWN_NODE) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node ?? ''}' } });`);
    const { MCS_OWN_NODE: _own, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...(node === undefined ? [] : ['-r', join(copy, 'fake.cjs')]), join(copy, 'bin/mcs.js'), ...argv], { encoding: 'utf8', env });
    return { status, stdout, stderr };
  };

  it.each([
    [['--version'], 'mcs 1.2.3\n'],
    [['-v'], 'mcs 1.2.3\n'],
    [[], 'root help\n'],
    [['--help'], 'root help\n'],
    [['-h'], 'root help\n'],
    [['help'], 'root help\n'],
    [['help', 'show', 'all'], 'help of show all\n'],
    [['show', '--help'], 'help of show\n'],
    [['show', 'all', '-h'], 'help of show all\n'],
  ])('answers %j by itself, whatever the Node', (argv, stdout) => {
    writeDist();
    expect(run(argv)).toEqual({ status: 0, stdout, stderr: '' });
    expect(run(argv, '18.20.0')).toEqual({ status: 0, stdout, stderr: '' });
  });

  it.each([[['show', 'all']], [['show', 'nothing', '--help']], [['--version', 'x']], [['help', '../../secret']], [['show', 'all', '--context', 'west', '--help']]])('leaves %j to the program', (argv) => {
    writeDist();
    expect(run(argv)).toEqual({ status: 0, stdout: `loaded ${JSON.stringify(argv)}\n`, stderr: '' });
  });

  it.each([[['--version']], [['show', 'all']], [['--help']]])('says for %j how to build, where dist is missing', (argv) => {
    const { status, stdout, stderr } = run(argv);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe('Error: Cannot run mcs: this clone has not been built\n  Try: npm run build\n  MCS_NOT_BUILT (docs/errors.md#mcs_not_built)\n');
  });

  it.each([
    ['18.20.0', 1],
    ['22.18.0', 1],
    ['22.19.0', 0],
    ['24.0.0', 0],
  ])('on Node %s exits %s', (node, status) => {
    writeDist();
    const finished = run(['show', 'all'], node);
    expect(finished.status).toBe(status);
    expect(finished.stderr).toMatch(status === 0 ? /^$/ : /^Error: Cannot run on Node\.js .*22\.19 or newer is needed\n.*\n {2}MCS_NODE_TOO_OLD/);
  });

  it('as kubectl_complete-mcs hands on what stands behind "kubectl mcs"', () => {
    writeDist();
    const { stdout, status } = spawnSync(process.execPath, [join(copy, 'bin/kubectl_complete-mcs.js'), 'show', '--help', ''], { encoding: 'utf8' });
    expect([stdout, status]).toEqual([`loaded ${JSON.stringify(['kubectl-complete', '["show","--help",""]'])}\n`, 0]);
  });

  it("on an old Node runs on the clone's own one, with its exit code", () => {
    writeDist();
    write('dist/cli/main.js', "export const main = (argv) => { console.log('loaded', argv.join(' ')); process.exitCode = 7; };\n");
    write('node_modules/.bin/node', `#!/bin/sh\nexec "${process.execPath}" "$@"\n`);
    chmodSync(join(copy, 'node_modules/.bin/node'), 0o755);
    expect(run(['show', 'all', 'a b'], '18.20.0')).toEqual({ status: 7, stdout: 'loaded show all a b\n', stderr: '' });
  });
});

(hasKubectl() ? describe : describe.skip)('kubectl', () => {
  it('finds the program that completes the plugin, by its name in package.json', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcs-path-'));
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
    for (const [name, file] of Object.entries(bin)) symlinkSync(join(root, file), join(folder, name));
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
    const { stdout } = spawnSync('kubectl', ['__complete', 'mcs', 'show', 'all', '-o', 'y'], { encoding: 'utf8', env });
    rmSync(folder, { recursive: true });
    expect(stdout).toBe('yaml\n:4\n');
  });
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findCycles, localImports, readSource, readSources, type SourceFile } from './helpers/source-graph.ts';

/** Lowest first. A folder imports from itself and from lower layers, never from its neighbours. */
const LAYERS: readonly (readonly string[])[] = [
  ['base'],
  ['api'],
  ['kube', 'kube-serve', 'broker-info'],
  ['sync', 'cluster-dns', 'discovery', 'probe', 'fleet'],
  ['controller', 'hub', 'desk', 'mirror', 'dns', 'gateway', 'gateway-dns', 'sandbox', 'inspect'],
  ['deployers', 'diagnose', 'verify'],
  ['cli', 'agents'],
  ['commands'],
];
/** From here on a program may print and exit. */
const PROGRAMS = LAYERS.findIndex((folders) => folders.includes('cli'));
const MAX_LINES = 400;
const MAX_COMMAND_LINES = 60;

const folderOf = (path: string): string => path.split('/')[1] ?? '';
const layerOf = (path: string): number => LAYERS.findIndex((folders) => folders.includes(folderOf(path)));

function layerViolations(file: SourceFile): string[] {
  return localImports(file)
    .filter((target) => folderOf(target) !== folderOf(file.path) || !target.startsWith('src/'))
    // the package's own name and version are no code
    .filter((target) => target !== 'package.json')
    .filter((target) => !target.startsWith('src/') || layerOf(target) < 0 || layerOf(target) >= layerOf(file.path))
    .map((target) => `${file.path} imports ${target}`);
}

const effectViolations = ({ path, effects }: SourceFile): string[] => (layerOf(path) >= PROGRAMS ? [] : effects.map((effect) => `${path} uses ${effect}`));
const extensionViolations = ({ path, imports }: SourceFile): string[] =>
  imports.filter((name) => name.startsWith('.') && !/\.(ts|json)$/.test(name)).map((name) => `${path} imports ${name}`);

/** Folders of each layer as the table in ARCHITECTURE.md has them, lowest first. */
function documentedLayers(text: string): string[][] {
  const rows = [...text.matchAll(/^\| L(\d) \| ([^|]*) \|/gm)].toSorted(([, a], [, b]) => Number(a) - Number(b));
  return rows.map(([, , folders = '']) => [...folders.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

const files = readSources(resolve(import.meta.dirname, '..'), 'src');

describe('src', () => {
  it('has only folders that have a layer', () => {
    expect([...new Set(files.filter(({ path }) => layerOf(path) < 0).map(({ path }) => folderOf(path)))]).toEqual([]);
  });

  it('has just the folders in each layer that ARCHITECTURE.md names', () => {
    const present = new Set(files.map(({ path }) => folderOf(path)));
    const table = documentedLayers(readFileSync(resolve(import.meta.dirname, '../ARCHITECTURE.md'), 'utf8'));
    expect(table.map((folders) => folders.toSorted())).toEqual(LAYERS.map((folders) => folders.filter((name) => present.has(name)).toSorted()));
  });

  it('imports from lower layers only, types included', () => {
    expect(files.flatMap(layerViolations)).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(findCycles(files)).toEqual([]);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    expect(files.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it(`has commands of at most ${MAX_COMMAND_LINES} lines: they only translate`, () => {
    expect(files.filter(({ path, lines }) => folderOf(path) === 'commands' && lines > MAX_COMMAND_LINES).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it('imports relative files with their extension', () => {
    expect(files.flatMap(extensionViolations)).toEqual([]);
  });

  it('neither prints nor exits below cli and agents', () => {
    expect(files.flatMap(effectViolations)).toEqual([]);
  });

  it('imports files that exist', () => {
    const known = new Set(files.map(({ path }) => path));
    const missing = files.flatMap((file) => localImports(file).filter((target) => target.startsWith('src/') && target.endsWith('.ts') && !known.has(target)).map((target) => `${file.path} imports ${target}`));
    expect(missing).toEqual([]);
  });
});

describe('the rules', () => {
  const source = (path: string, text: string): SourceFile => readSource(path, text);

  it.each([
    ['a static import', "import { a } from '../cli/a.ts'; a();"],
    ['a type import', "import type { A } from '../cli/a.ts'; export type B = A;"],
    ['an inline type', "export type B = import('../cli/a.ts').A;"],
    ['a dynamic import', "export const load = () => import('../cli/a.ts');"],
    ['a re-export', "export { a } from '../cli/a.ts';"],
    ['a re-export of everything', "export * from '../cli/a.ts';"],
  ])('see %s of a higher layer', (_name, text) => {
    expect(layerViolations(source('src/base/x.ts', text))).toEqual(['src/base/x.ts imports src/cli/a.ts']);
  });

  it('see an import of a neighbour in the same layer, and of what lies outside src', () => {
    expect(layerViolations(source('src/dns/x.ts', "import '../desk/a.ts'; import '../../tools/b.ts'; import './c.ts'; import '../base/d.ts';"))).toEqual([
      'src/dns/x.ts imports src/desk/a.ts',
      'src/dns/x.ts imports tools/b.ts',
    ]);
  });

  it.each(['console.log(1)', 'process.exit()', "process.stdout.write('')", "process.stderr.write('')", 'process.exitCode = 1', 'const { stdout } = process'])('see %s', (text) => {
    expect(effectViolations(source('src/dns/x.ts', text))).toHaveLength(1);
    expect(effectViolations(source('src/cli/x.ts', text))).toEqual([]);
  });

  it('see an import without extension', () => {
    expect(extensionViolations(source('src/dns/x.ts', "import './a'; import './b.js'; import './c.ts'; import 'node:fs';"))).toHaveLength(2);
  });

  it('see a cycle through a type import', () => {
    const cycle = findCycles([source('src/a/x.ts', "import type { Y } from './y.ts'; export type X = Y;"), source('src/a/y.ts', "import { z } from './z.ts'; z();"), source('src/a/z.ts', "export * from './x.ts';")]);
    expect(cycle).toEqual([['src/a/x.ts', 'src/a/y.ts', 'src/a/z.ts', 'src/a/x.ts']]);
  });
});

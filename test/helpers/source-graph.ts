import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from '@swc/core';

/** One TypeScript file, as far as the rules of the house look at it. */
export interface SourceFile {
  /** Path from the root of the project, with "/". */
  readonly path: string;
  readonly lines: number;
  /** What it imports or exports from: statically, as a type, or dynamically. */
  readonly imports: readonly string[];
  /** Uses of the process's own output and end: `console.log`, `process.exit`, ... */
  readonly effects: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    for (const child of Object.values(value)) yield* walk(child);
  }
}

const textOf = (value: unknown): string | undefined => (isNode(value) && value.type === 'StringLiteral' ? String(value.value) : undefined);
const nameOf = (value: unknown): string | undefined => (isNode(value) && value.type === 'Identifier' ? String(value.value) : undefined);

function importOf(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return textOf(node.source);
    case 'TsImportType':
      return textOf(node.argument);
    case 'CallExpression': {
      if (!isNode(node.callee) || node.callee.type !== 'Import') return undefined;
      const [first] = node.arguments as readonly { readonly expression: unknown }[];
      return textOf(first?.expression) ?? '<computed>';
    }
    default:
      return undefined;
  }
}

const PROCESS_EFFECTS = new Set(['exit', 'exitCode', 'stdout', 'stderr', 'abort']);

function effectOf(node: Node): string | undefined {
  if (node.type === 'MemberExpression') {
    const [object, property = '<computed>'] = [nameOf(node.object), nameOf(node.property)];
    if (object === 'console' || (object === 'process' && PROCESS_EFFECTS.has(property))) return `${object}.${property}`;
  }
  // const { stdout } = process
  if (node.type === 'VariableDeclarator' && isNode(node.id) && node.id.type === 'ObjectPattern' && nameOf(node.init) === 'process') return '{...} = process';
  return undefined;
}

/** Reads one file's text. Throws where it does not parse. */
export function readSource(path: string, text: string): SourceFile {
  const nodes = [...walk(parseSync(text, { syntax: 'typescript', target: 'es2024' }))];
  const found = (read: (node: Node) => string | undefined): string[] => nodes.map(read).filter((value) => value !== undefined);
  return { path, lines: text.trimEnd().split('\n').length, imports: found(importOf), effects: found(effectOf) };
}

/** Every TypeScript file below a folder of the project. */
export function readSources(root: string, folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}

/** The files of the project that a file imports. */
export function localImports({ path, imports }: SourceFile): string[] {
  return imports.filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(path), name));
}

/** Import cycles, each as the files on it in order; one cycle per group of files that reach each other. */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const targets = new Map(files.map((file) => [file.path, localImports(file)]));
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return cycles;
}

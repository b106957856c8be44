import type { Finding } from './finding.ts';
import { lintExport } from './lint-export.ts';
import { lintMarkedExport, lintPolicy } from './lint-policy.ts';
import { type LintFacts, NO_FACTS } from './lint-facts.ts';
import { type ParsedFile, parseFile } from './parse-file.ts';
import { plannedExports } from './planned-export.ts';
import { findingAt, type LintObjects, readObjects } from './read-objects.ts';

/** A file as a person wrote it. */
export interface LintInput {
  readonly file: string;
  readonly text: string;
}

/** Files, read and sorted. */
export interface LintSubject {
  /** In the order in which they were given. */
  readonly files: readonly string[];
  readonly objects: LintObjects;
  /** What was wrong with the YAML itself. */
  readonly findings: readonly Finding[];
}

/** Reads all files as one set of objects. `namespace` is that of objects that name none. */
export function readSubject(inputs: readonly LintInput[], namespace: string): LintSubject {
  const parsed: ParsedFile[] = inputs.map(({ file, text }) => parseFile(file, text));
  return { files: inputs.map(({ file }) => file), objects: readObjects(parsed.flatMap(({ objects }) => objects), namespace), findings: parsed.flatMap(({ findings }) => findings) };
}

/** Keys (`namespace/name`) that the clusters have to be asked about. */
export function keysOf({ objects: { exports, services, imports } }: LintSubject): readonly string[] {
  return [...new Set([...exports, ...services, ...imports].map(({ key }) => key))];
}

function lintImports({ imports }: LintObjects, exported: ReadonlySet<string>): Finding[] {
  return imports.map((one) => {
    const isExported = exported.has(one.key);
    const message = isExported ? 'stands in the way of the one that mcs makes: mcs leaves alone what it did not make, so the service is not imported there' : 'is not looked at: mcs makes them itself, where a service is exported';
    return findingAt(one, ['kind'], isExported ? 'error' : 'warning', 'import-by-hand', `A ServiceImport that is written by hand ${message}`, 'leave it out');
  });
}

/** Everything that is wrong with the files, in themselves and beside what the clusters have; in order of file and line. */
export function lint({ files, objects, findings }: LintSubject, facts: LintFacts = NO_FACTS): readonly Finding[] {
  const planned = plannedExports(objects, facts);
  const exported = new Set([...facts.exporters.keys(), ...planned.map(({ key }) => key)]);
  const all = [...findings, ...objects.findings, ...planned.flatMap((one) => lintExport(one, facts)), ...lintImports(objects, exported), ...objects.policies.flatMap(lintPolicy), ...objects.exports.flatMap(lintMarkedExport)];
  return all.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column);
}

import type { MirrorDocument, SourceDocument } from '../../mirror/config/mirror-document.ts';

/** A source to add or to change, with the texts of the files that its document names. */
export interface PreparedSource {
  readonly document: SourceDocument;
  readonly files: Readonly<Record<string, string>>;
}

/** Settings of the whole mirror; what is left out stays as it was. */
export type GeneralSettings = Omit<MirrorDocument, 'name' | 'sources'>;

export interface DocumentChange {
  readonly name: string;
  readonly general: GeneralSettings;
  readonly sources: readonly PreparedSource[];
  /** Sources that are not among these go. */
  readonly replacesSources: boolean;
}

const FILE_FIELDS = ['kubeconfig', 'caFile', 'tokenFile', 'certFile', 'keyFile'] as const;

/** Names of the files that sources name. */
export function referencedFiles(sources: readonly SourceDocument[]): string[] {
  return [...new Set(sources.flatMap((source) => FILE_FIELDS.flatMap((field) => source[field] ?? [])))];
}

/** What is mirrored of a source, without how it is reached. */
function withoutAccess(source: SourceDocument): Omit<SourceDocument, 'name'> {
  const { selector, namespaces, exported, namespacePolicy, target, notReady } = source;
  return {
    ...(selector !== undefined && { selector }),
    ...(namespaces !== undefined && { namespaces }),
    ...(exported !== undefined && { exported }),
    ...(namespacePolicy !== undefined && { namespacePolicy }),
    ...(target !== undefined && { target }),
    ...(notReady !== undefined && { notReady }),
  };
}

/**
 * The document after a change: sources keep their order, which is their precedence; one that is given
 * again is reached as it is said now, and keeps what is not said of it; new ones come last.
 */
export function mergeDocuments(standing: MirrorDocument | undefined, { name, general, sources, replacesSources }: DocumentChange): MirrorDocument {
  const given = new Map(sources.map(({ document }) => [document.name, document]));
  const kept = (standing?.sources ?? []).filter((source) => given.has(source.name) || !replacesSources);
  const changed = kept.map((source) => {
    const change = given.get(source.name);
    return change === undefined ? source : { ...withoutAccess(source), ...change };
  });
  const added = sources.filter(({ document }) => !kept.some((source) => source.name === document.name)).map(({ document }) => document);
  return { ...standing, ...general, name, sources: [...changed, ...added] };
}

/** Texts of the files that a document names: those that are given now, else those that stand in the Secret. */
export function mergeFiles(document: MirrorDocument, standing: Readonly<Record<string, string>>, sources: readonly PreparedSource[]): Record<string, string> {
  const all = Object.fromEntries([standing, ...sources.map((source) => source.files)].flatMap((files) => Object.entries(files)));
  return Object.fromEntries(referencedFiles(document.sources).flatMap((file) => (all[file] === undefined ? [] : [[file, all[file]]])));
}

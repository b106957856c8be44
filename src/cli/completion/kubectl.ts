import type { CompletionNode, Lookup, ValueKind } from './model.ts';

interface Candidate {
  readonly word: string;
  readonly summary?: string;
}

/** What may stand in place of the last word: words that are known, names of a kind, a file, or nothing. */
export interface Offer {
  readonly candidates: readonly Candidate[];
  readonly lookup?: Lookup;
  readonly files?: boolean;
}

/** Directives of cobra, by which kubectl's scripts go: the shell offers files, or it does not. */
const FILES = 0;
const NO_FILES = 4;

function offerOf(kind: ValueKind): Offer {
  if (kind === 'free') return { candidates: [] };
  if (kind === 'file') return { candidates: [], files: true };
  return typeof kind === 'string' ? { candidates: [], lookup: kind } : { candidates: kind.map((word) => ({ word })) };
}

/** How far the words lead into the tree of commands. */
function findNode(nodes: readonly CompletionNode[], words: readonly string[]): CompletionNode | undefined {
  let at = '';
  for (const word of words) {
    const next = at === '' ? word : `${at} ${word}`;
    if (!nodes.some((node) => node.at === next)) break;
    at = next;
  }
  return nodes.find((node) => node.at === at);
}

/** What to offer for the last of the words behind `kubectl mcs`, which may be empty. */
export function findOffer(nodes: readonly CompletionNode[], typed: readonly string[]): Offer {
  const [, flagName, value] = /^(--[^=]+)=(.*)$/s.exec(typed.at(-1) ?? '') ?? [];
  const current = value ?? typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const previous = flagName ?? before.at(-1);
  const { argument, flags = [], words = [] } = findNode(nodes, before) ?? {};
  const starting = (candidates: readonly Candidate[]): Candidate[] => candidates.filter(({ word }) => word.startsWith(current));
  const flag = flags.find(({ word, short }) => word === previous || (short !== undefined && short === previous));
  const kind = flag?.value ?? argument;
  if (flag?.value === undefined && current.startsWith('-')) {
    return { candidates: starting(flags.flatMap(({ word, short, summary }) => [word, ...(short === undefined ? [] : [short])].map((name) => ({ word: name, summary })))) };
  }
  const offer = kind === undefined ? { candidates: words } : offerOf(kind);
  return { ...offer, candidates: starting(offer.candidates) };
}

/** The offer as kubectl reads it: words with what they mean, and a directive. */
export function formatOffer({ candidates, files = false }: Offer, names: readonly string[]): string {
  const lines = [...candidates.map(({ word, summary }) => (summary ? `${word}\t${summary}` : word)), ...names];
  return [...lines, `:${files ? FILES : NO_FILES}`, ''].join('\n');
}

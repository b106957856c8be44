import { NAME_KINDS } from '../../inspect/list-names.ts';

/** A command of the oclif config, as far as completion looks at it. */
export interface CompletableCommand {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly args?: Readonly<Record<string, { readonly name: string; readonly options?: readonly string[] | undefined }>>;
  readonly flags?: Readonly<Record<string, CompletableFlag>>;
}

export interface CompletableFlag {
  readonly type: 'boolean' | 'option';
  readonly char?: string | undefined;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly allowNo?: boolean | undefined;
  readonly options?: readonly string[] | undefined;
}

export interface CompletableTopic {
  readonly name: string;
  readonly description?: string | undefined;
  readonly hidden?: boolean | undefined;
}

/** Names that `mcs complete` looks up when Tab is pressed. */
export const LOOKUPS = ['context', ...NAME_KINDS] as const;
export type Lookup = (typeof LOOKUPS)[number];

/** What may be typed for a value: nothing known, one of a list, a file, or a name that is looked up. */
export type ValueKind = 'free' | 'file' | Lookup | readonly string[];

export interface FlagWord {
  /** With its dashes. */
  readonly word: string;
  /** With its dash. */
  readonly short?: string;
  readonly summary: string;
  /** Missing for flags that take no value. */
  readonly value?: ValueKind;
}

/** A place in the tree of commands: `mcs`, a topic, or a command. */
export interface CompletionNode {
  /** The words behind `mcs`, as in `show all`; empty for `mcs` itself. */
  readonly at: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly FlagWord[];
  /** The arguments of a command. */
  readonly argument?: ValueKind;
}

const HELP: FlagWord = { word: '--help', summary: 'Show help' };
const VERSION: FlagWord = { word: '--version', summary: 'Print the version' };

/** The tree of commands, topics and flags, `mcs` itself first, then by name. Hidden ones are left out. */
export function completionNodes(allCommands: readonly CompletableCommand[], topics: readonly CompletableTopic[]): CompletionNode[] {
  const commands = allCommands.filter(({ hidden }) => hidden !== true);
  const summaries = new Map([
    ...topics.map(({ name, description = '' }) => [name, description] as const),
    ...commands.map(({ id, summary = '' }) => [id, summary] as const),
  ]);
  const ids = new Set(commands.flatMap(({ id }) => pathsOf(id)));
  return ['', ...[...ids].sort()].map((id) => {
    const command = commands.find((each) => each.id === id);
    return {
      at: id.replaceAll(':', ' '),
      words: childrenOf(id, ids).map((child) => ({ word: child.split(':').at(-1) ?? '', summary: summaries.get(child) ?? '' })),
      flags: [...flagWords(command?.flags ?? {}), HELP, ...(id === '' ? [VERSION] : [])],
      ...(command !== undefined && { argument: argumentKind(command) }),
    };
  });
}

/** `show:all` is found by way of `show`. */
function pathsOf(id: string): string[] {
  const parts = id.split(':');
  return parts.map((_, index) => parts.slice(0, index + 1).join(':'));
}

function childrenOf(id: string, ids: ReadonlySet<string>): string[] {
  const depth = id === '' ? 1 : id.split(':').length + 1;
  return [...ids].filter((each) => each.split(':').length === depth && (id === '' || each.startsWith(`${id}:`))).sort();
}

/** Arguments and flags, by their names, whose values are looked up. */
const LOOKUP_OF: Readonly<Record<string, Lookup>> = {
  context: 'context',
  contexts: 'context',
  from: 'context',
  to: 'context',
  in: 'context',
  namespace: 'namespace',
  'import-namespaces': 'namespace',
  'deny-namespaces': 'namespace',
  clusterid: 'cluster',
  'gateway-node': 'node',
};

/** Commands whose argument names what its own name does not tell. */
const NAMED_BY: Readonly<Record<string, Lookup>> = { 'export:service': 'service', 'unexport:service': 'export', 'export:policy': 'policy', 'unexport:policy': 'policy', trace: 'shared', diff: 'shared', 'wait:service': 'shared' };

const lookupOf = (name: string): Lookup | undefined => (Object.hasOwn(LOOKUP_OF, name) ? LOOKUP_OF[name] : undefined);

function argumentKind({ id, args = {} }: CompletableCommand): ValueKind {
  const [first] = Object.values(args);
  if (first === undefined) return 'free';
  if (first.options !== undefined) return first.options;
  return first.name === 'file' ? 'file' : (NAMED_BY[id] ?? lookupOf(first.name) ?? 'free');
}

function flagWords(flags: Readonly<Record<string, CompletableFlag>>): FlagWord[] {
  return Object.entries(flags)
    .filter(([, { hidden }]) => hidden !== true)
    .flatMap(([name, flag]) => {
      const summary = flag.summary ?? flag.description ?? '';
      const word: FlagWord = {
        word: `--${name}`,
        summary,
        ...(flag.char !== undefined && { short: `-${flag.char}` }),
        ...(flag.type === 'option' && { value: valueKind(name, flag) }),
      };
      return flag.allowNo === true ? [word, { word: `--no-${name}`, summary: `Not: ${summary}` }] : [word];
    });
}

function valueKind(name: string, { options }: CompletableFlag): ValueKind {
  if (options !== undefined) return options;
  if (name === 'kubeconfig' || name.endsWith('-file')) return 'file';
  return lookupOf(name) ?? 'free';
}

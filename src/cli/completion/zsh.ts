import type { CompletionNode, ValueKind } from './model.ts';
import { quotePosix } from './quote.ts';

function offer(kind: ValueKind): string {
  if (kind === 'free') return ':';
  if (kind === 'file') return '_files';
  if (typeof kind === 'string') return `compadd -- \${(f)"$("\${words[1]}" complete ${kind} -- "\${(j: :)words}" 2>/dev/null </dev/null)"}`;
  return `compadd -- ${kind.map(quotePosix).join(' ')}`;
}

/** `word:summary`, as _describe takes it. */
const entry = (word: string, summary: string): string => quotePosix(`${word.replaceAll(':', String.raw`\:`)}:${summary}`);

function valueCases({ at, flags }: CompletionNode): string[] {
  return flags.flatMap(({ word, short, value }) => {
    if (value === undefined) return [];
    const patterns = [word, ...(short === undefined ? [] : [short])].map((name) => quotePosix(`${at}|${name}`));
    return [`    ${patterns.join('|')}) ${offer(value)}; return ;;`];
  });
}

function nodeCase({ at, words, flags, argument }: CompletionNode): string {
  const dashed = flags.flatMap(({ word, short, summary }) => [word, ...(short === undefined ? [] : [short])].map((name) => entry(name, summary)));
  const plain = argument === undefined ? `entries=(${words.map(({ word, summary }) => entry(word, summary)).join(' ')}); _describe command entries` : offer(argument);
  return `    ${quotePosix(at)}) if [[ $current == -* ]]; then entries=(${dashed.join(' ')}); _describe -o option entries; else ${plain}; fi ;;`;
}

/** A completion script for zsh. Its variables avoid `path` and `words`, which mean something to zsh. */
export function renderZshCompletion(nodes: readonly CompletionNode[]): string {
  const steps = nodes.filter(({ at }) => at !== '').map(({ at }) => quotePosix(at));
  return `#compdef mcs
_mcs() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" node='' word
  local -a entries
  if [[ $current == --*=* ]]; then previous="\${current%%=*}"; compset -P '*='; fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${node:+$node }$word" in
      ${steps.join('|')}) node="\${node:+$node }$word" ;;
      *) break ;;
    esac
  done
  case "$node|$previous" in
${nodes.flatMap(valueCases).join('\n')}
  esac
  case "$node" in
${nodes.map(nodeCase).join('\n')}
  esac
}
# sourced, or found in fpath
if [[ "\${funcstack[1]}" == _mcs ]]; then _mcs "$@"; else compdef _mcs mcs; fi
`;
}

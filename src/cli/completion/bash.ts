import type { CompletionNode, ValueKind } from './model.ts';
import { quotePosix } from './quote.ts';

function fillReply(kind: ValueKind): string {
  if (kind === 'free') return ':';
  if (kind === 'file') return '_mcs_files';
  return typeof kind === 'string' ? `_mcs_names ${kind}` : `_mcs_words ${quotePosix(kind.join(' '))}`;
}

function valueCases({ at, flags }: CompletionNode): string[] {
  return flags.flatMap(({ word, short, value }) => {
    if (value === undefined) return [];
    const patterns = [word, ...(short === undefined ? [] : [short])].map((name) => quotePosix(`${at}|${name}`));
    return [`    ${patterns.join('|')}) ${fillReply(value)}; return ;;`];
  });
}

function nodeCase({ at, words, flags, argument }: CompletionNode): string {
  const plain = argument === undefined ? `_mcs_words ${quotePosix(words.map(({ word }) => word).join(' '))}` : fillReply(argument);
  const dashed = flags.flatMap(({ word, short }) => (short === undefined ? [word] : [word, short]));
  return `    ${quotePosix(at)}) if [[ $current == -* ]]; then _mcs_words ${quotePosix(dashed.join(' '))}; else ${plain}; fi ;;`;
}

/** A completion script for bash 3.2 and newer. */
export function renderBashCompletion(nodes: readonly CompletionNode[]): string {
  const steps = nodes.filter(({ at }) => at !== '').map(({ at }) => quotePosix(at));
  return `# bash completion of mcs
_mcs_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
# names that only mcs can look up; COMP_WORDS[0] is how it was called
_mcs_names() { _mcs_words "$("\${COMP_WORDS[0]}" complete "$1" -- "\${COMP_WORDS[*]}" 2>/dev/null </dev/null)"; }
_mcs_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$current"))
}
_mcs() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" node='' index
  COMPREPLY=()
  # bash makes three words of --flag=value
  if [[ $current == = ]]; then current=''
  elif [[ $previous == = ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${node:+$node }\${COMP_WORDS[index]}" in
      ${steps.join('|')}) node="\${node:+$node }\${COMP_WORDS[index]}" ;;
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
complete -F _mcs mcs kubectl-mcs
`;
}

import type { CompletionNode, FlagWord, ValueKind } from './model.ts';
import { quoteFish } from './quote.ts';

function offer(kind: ValueKind): string {
  if (kind === 'free') return '-x';
  if (kind === 'file') return '-r -F';
  if (typeof kind === 'string') return `-x -a ${quoteFish(`(__mcs_names ${kind})`)}`;
  return `-x -a ${quoteFish(kind.join(' '))}`;
}

function flagLine(condition: string, { word, short, summary, value }: FlagWord): string {
  const names = `-l ${word.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
  return [`complete -c mcs ${condition}`, names, ...(value === undefined ? [] : [offer(value)]), `-d ${quoteFish(summary)}`].join(' ');
}

function nodeLines({ at, words, flags, argument }: CompletionNode): string[] {
  const condition = `-n ${quoteFish(`__mcs_at ${quoteFish(at)}`)}`;
  const hasValues = argument !== undefined && argument !== 'free';
  return [
    ...words.map(({ word, summary }) => `complete -c mcs ${condition} -a ${quoteFish(word)} -d ${quoteFish(summary)}`),
    ...(hasValues ? [`complete -c mcs ${condition} ${argument === 'file' ? '-F' : offer(argument)}`] : []),
    ...flags.map((flag) => flagLine(condition, flag)),
  ];
}

/** A completion script for fish 3. */
export function renderFishCompletion(nodes: readonly CompletionNode[]): string {
  const steps = nodes.filter(({ at }) => at !== '').map(({ at }) => quoteFish(at));
  return `# fish completion of mcs
function __mcs_at
    set -l node
    set -l typed (commandline -opc)
    set -e typed[1]
    for word in $typed
        contains -- (string join ' ' -- $node $word) ${steps.join(' ')}
        or break
        set node $node $word
    end
    set -l at (string join ' ' -- $node)
    test "$at" = "$argv[1]"
end
# names that only mcs can look up
function __mcs_names
    set -l typed (commandline -opc)
    $typed[1] complete $argv[1] -- (string join ' ' -- $typed) 2>/dev/null </dev/null
end
complete -c mcs -f
${nodes.flatMap(nodeLines).join('\n')}
`;
}

import type { ListedCommand } from '../src/cli/root-help.ts';

const START = '<!-- commands:start -->';
const END = '<!-- commands:end -->';

/** The table of commands between the marks of README.md, from the manifest. */
export function renderCommandTable(commands: readonly ListedCommand[]): string {
  const rows = commands
    .filter(({ hidden }) => hidden !== true)
    .map(({ id, summary = '' }) => `| \`mcs ${id.replaceAll(':', ' ')}\` | ${summary} |`)
    .sort();
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** The README with its table of commands brought up to date. Throws where a mark is missing. */
export function withCommandTable(readme: string, commands: readonly ListedCommand[]): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`Cannot update README.md: ${START} or ${END} is missing`);
  return `${readme.slice(0, start + START.length)}\n${renderCommandTable(commands)}\n${readme.slice(end)}`;
}

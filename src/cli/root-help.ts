/** A command as the manifest has it. */
export interface ListedCommand {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean | undefined;
}

/** Order and headings of the root help; a topic stands for all its commands. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Setup', ['sandbox', 'can-i', 'deploy-broker', 'join', 'upgrade', 'leave', 'remove-broker', 'uninstall']],
  ['Services', ['export', 'unexport', 'fallthrough', 'reflection', 'lint', 'wait']],
  ['Hub', ['hub']],
  ['Mirror', ['mirror', 'emit']],
  ['Gateway names', ['gateway-dns']],
  ['Inspect', ['show', 'diff', 'ports']],
  ['Diagnose', ['diagnose', 'trace', 'verify', 'gather', 'doctor']],
  ['Credentials', ['token', 'accept', 'recover-broker-info']],
];

const topicOf = ({ id }: ListedCommand): string => id.split(':')[0] ?? id;

/** The help of `mcs` without a command. */
export function renderRootHelp(bin: string, version: string, commands: readonly ListedCommand[]): string {
  const visible = commands.filter(({ hidden }) => hidden !== true).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const grouped = new Set(GROUPS.flatMap(([, topics]) => topics));
  const groups = [...GROUPS, ['Other', [...new Set(visible.map(topicOf))].filter((topic) => !grouped.has(topic)).sort()] as const];
  const width = Math.max(...visible.map(({ id }) => id.length)) + 3;
  const sections = groups.flatMap(([title, topics]) => {
    const lines = topics.flatMap((topic) =>
      visible.filter((command) => topicOf(command) === topic).map(({ id, summary = '' }) => `  ${id.replaceAll(':', ' ').padEnd(width)}${summary}`),
    );
    return lines.length === 0 ? [] : [`${title.toUpperCase()}\n${lines.join('\n')}`];
  });
  return [
    'Joins Kubernetes clusters, shares their services, and says why a connection fails.',
    `VERSION\n  ${bin} ${version}`,
    `USAGE\n  $ ${bin} [COMMAND]`,
    ...sections,
    `Run "${bin} COMMAND --help" for flags and examples.`,
  ].join('\n\n');
}

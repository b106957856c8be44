/** The how-to of README.md, from what `npm run demo` printed: abridged, never written by hand. */

const START = '<!-- howto:start -->';
const END = '<!-- howto:end -->';
const WAITING = /^ {2}\.\.\. /;
/** It opens the join credential of a sandbox that is gone, but a key in a README is a bad habit. */
const SECRET = /^Join key/;

interface Shown {
  readonly title: string;
  readonly command: string;
  readonly lines: readonly string[];
}

/** The step of that title; throws where the demo has none. */
function findStep(output: string, title: string): Shown {
  const begin = output.indexOf(`# ${title}\n`);
  if (begin < 0) throw new Error(`Cannot write the how-to: the demo printed no step "${title}"`);
  const end = output.indexOf('\n# ', begin);
  const [heading = '', command = '', ...lines] = output.slice(begin, end < 0 ? undefined : end).trimEnd().split('\n');
  return { title: heading, command, lines: lines.filter((line) => !WAITING.test(line) && !SECRET.test(line)) };
}

function inBlock(...steps: readonly Shown[]): string {
  const texts = steps.map(({ title, command, lines }) => [title, command, ...lines].join('\n'));
  return ['```console', texts.join('\n\n'), '```'].join('\n');
}

/** Only the lines that are asked for; the rest says the same of another cluster. */
function abridged(step: Shown, keep: (lines: readonly string[]) => readonly string[]): Shown {
  return { ...step, lines: keep(step.lines) };
}

function firstClusterOf(lines: readonly string[]): readonly string[] {
  const second = lines.findIndex((line) => line.startsWith('cluster1'));
  return [...lines.slice(0, second), 'cluster1', '  ...', '', ...lines.slice(-1)];
}

/** README's text with the how-to between its marks made anew from the demo's output. */
export function withHowto(readme: string, output: string): string {
  const step = (title: string): Shown => findStep(output, title);
  const parts = [
    'What follows is what `npm run demo` prints (abridged: without its waiting lines, and without what repeats for cluster1). With installed `mcs` leave out `npx`.',
    'Put the broker on one of the clusters. It writes `broker-info.subm`, which every cluster needs to join:',
    inBlock(step('Put the broker on cluster0')),
    'Join each cluster. Everything is checked before the first write; `--dry-run` stops there:',
    inBlock(step('Make cluster0 a member')),
    inBlock(abridged(step('Make cluster1 a member'), (lines) => lines.filter((line) => line.startsWith('Cluster:'))), step('Name the gateway node of cluster0'), step('Name the gateway node of cluster1')),
    'Share a service. Its namespace must exist wherever it is to be used:',
    inBlock(step('Run nginx in cluster0'), step('Make its namespace in cluster1'), step('Share it')),
    'Use it from the other cluster (in the sandbox through loopback, where port 53 is served at 10053):',
    inBlock(step("Ask cluster1's DNS for it"), step('Call it through the clusterset IP')),
    'Look, and check:',
    inBlock(step('Look at all of it')),
    inBlock(abridged(step('Check all of it'), firstClusterOf)),
    'Undo: `mcs unexport service nginx -n nginx-test`, `mcs leave` in each cluster, `mcs remove-broker` where the broker is.',
  ];
  const [before, after] = [readme.slice(0, readme.indexOf(START) + START.length), readme.slice(readme.indexOf(END))];
  return `${before}\n${parts.join('\n\n')}\n${after}`;
}
